// @ts-check
/**
 * The shapes that the panel's modules pass to each other. Times are seconds since 1970.
 *
 * @typedef {object} Programme
 * @property {number} start
 * @property {number} stop
 * @property {string} title
 * @property {string | null} episodeTitle
 * @property {number | null} season
 * @property {number | null} episode
 * @property {boolean} filler
 *
 * @typedef {object} Details - a programme as `guide/programme` and the overview give it
 * @property {number} start
 * @property {number} stop
 * @property {string} title
 * @property {string | null} episode_title
 * @property {string | null} description
 * @property {number | null} season
 * @property {number | null} episode
 * @property {number | null} year
 * @property {string[]} categories
 * @property {string | null} block
 * @property {string | null} rating
 * @property {number | null} stars
 * @property {string | null} image
 * @property {{role: string, name: string}[]} credits
 * @property {boolean} filler
 *
 * @typedef {object} Channel
 * @property {number} number
 * @property {string} key
 * @property {string} name
 * @property {boolean} radio
 * @property {string} logo - a path on Home Assistant's server
 * @property {Details | null} now
 * @property {Details | null} next
 *
 * @typedef {object} Overview
 * @property {true} loaded
 * @property {string} version
 * @property {{status: "ok" | "degraded" | "error", reason: string | null}} health
 * @property {boolean} refreshing
 * @property {string | null} error - the key of the last refresh's error
 * @property {number | null} next_refresh
 * @property {number | null} generation
 * @property {number | null} made
 * @property {{from: number, until: number} | null} guide
 * @property {Channel[]} channels
 *
 * @typedef {object} SeenPlayer
 * @property {string} address
 * @property {string} player
 * @property {string} asked
 * @property {string} result
 * @property {number} when
 * @property {number} count
 *
 * @typedef {object} ConnectData
 * @property {string} version
 * @property {string[]} origins
 * @property {string} username
 * @property {string} password
 * @property {string} playlist - a path, and so are the next three
 * @property {string} guide
 * @property {string} xtream
 * @property {string | null} hdhomerun
 * @property {boolean} has_feed
 * @property {SeenPlayer[]} players
 *
 * @typedef {object} Progress
 * @property {string} stage
 * @property {number} done
 * @property {number} total
 *
 * @typedef {object} Report
 * @property {number} channels
 * @property {number} programmes
 * @property {number} filler
 * @property {string | null} guide_until
 * @property {Record<string, number>} repairs
 * @property {Record<string, number>} sources
 *
 * @typedef {object} Run - one refresh of the history
 * @property {string} started - ISO 8601, and so is the next
 * @property {string} finished
 * @property {string} cause
 * @property {string | null} error
 * @property {string | null} message
 * @property {Report | null} report
 * @property {boolean} recovered
 * @property {number} failures
 * @property {Record<string, number>} stages
 *
 * @typedef {object} Status - what `status_payload` of the integration returns
 * @property {string} version
 * @property {{status: "ok" | "degraded" | "error", reason: string | null}} health
 * @property {{kind: string, version: string | null}} provider
 * @property {{is_running: boolean, progress: Progress | null, schedule: string,
 *   next: string | null, last_success: string | null, failures: number}} refresh
 * @property {Run | null} last_error
 * @property {(Report & {generation: number, made: string,
 *   artifacts: {name: string, size: number, sha256: string}[]}) | null} feed
 * @property {{active: number, max: number, has_ffmpeg: boolean}} streams
 * @property {{address: string, player: string, asked: string, result: string, when: string,
 *   count: number}[]} players
 * @property {Run[]} history - the newest first
 *
 * @typedef {object} Entity
 * @property {string} entity_id
 * @property {string} state
 * @property {Record<string, any>} attributes
 *
 * @typedef {object} Connection - of home-assistant-js-websocket
 * @property {(callback: (event: any) => void, message: object,
 *   options?: {resubscribe?: boolean}) => Promise<() => void | Promise<void>>} subscribeMessage
 * @property {(message: object) => Promise<any>} sendMessagePromise
 * @property {(name: string, callback: () => void) => void} addEventListener
 * @property {(name: string, callback: () => void) => void} removeEventListener
 * @property {boolean} [connected]
 *
 * @typedef {object} Hass - the part of Home Assistant's front end that the panel uses
 * @property {Connection} connection
 * @property {{is_admin: boolean, name?: string} | undefined} user
 * @property {{language: string, time_format: string, time_zone: string}} locale
 * @property {{time_zone: string}} config
 * @property {{darkMode?: boolean}} themes
 * @property {Record<string, Entity>} states
 * @property {(domain: string, service: string, data: object, target?: object) =>
 *   Promise<unknown>} callService
 */

export {};
