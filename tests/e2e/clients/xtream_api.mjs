// Ask an Xtream server everything with @iptv/xtream-api; print what it understood as JSON.
//   node xtream_api.mjs SERVER USERNAME PASSWORD raw|standardized [FORMAT]
import { Xtream } from "@iptv/xtream-api";
import { standardizedSerializer } from "@iptv/xtream-api/standardized";

const [url, username, password, kind, preferredFormat] = process.argv.slice(2);
const serializer = kind === "standardized" ? standardizedSerializer : undefined;
const xtream = new Xtream({ url, username, password, preferredFormat, serializer });

const answers = {
  profile: await xtream.getProfile(),
  server: await xtream.getServerInfo(),
  categories: await xtream.getChannelCategories(),
  channels: await xtream.getChannels(),
  radio: await xtream.getChannels({ categoryId: 2 }),
  movieCategories: await xtream.getMovieCategories(),
  movies: await xtream.getMovies(),
  showCategories: await xtream.getShowCategories(),
  shows: await xtream.getShows(),
  shortEpg: await xtream.getShortEPG({ channelId: 1, limit: 3 }),
  fullEpg: await xtream.getFullEPG({ channelId: 1 }),
};
const idOf = (item) => item.id ?? item.stream_id ?? item.series_id;
answers.movieDetails = [];
for (const movie of answers.movies) {
  answers.movieDetails.push(await xtream.getMovie({ movieId: idOf(movie) }));
}
answers.showDetails = [];
for (const show of answers.shows) {
  answers.showDetails.push(await xtream.getShow({ showId: idOf(show) }));
}
process.stdout.write(JSON.stringify(answers));
