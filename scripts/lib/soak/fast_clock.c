/* A clock that runs faster than the world's, for programs that are started with it (LD_PRELOAD).
 *
 * FAST_CLOCK="SPEED REALTIME MONOTONIC": how many times as fast, and when that began, in nanoseconds of either clock.
 * What a program reads of the time is multiplied; what it waits for is divided; what it starts, whatever environment it gives
 * to it, has the same clock. Times of files, and limits of the processor's time, are the world's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define WORDS 4096
#define SIGNALS 8 /* bytes of a set of them, for Linux */

static int64_t speed = 1, realtime, monotonic;
static char preload[4200] = "LD_PRELOAD=", clock_text[128] = "FAST_CLOCK=";

static int64_t to_ns(const struct timespec *time) { return time->tv_sec * SECOND + time->tv_nsec; }

static struct timespec to_timespec(int64_t ns) {
  if (ns < 0) ns = 0;
  return (struct timespec){.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
}

static int64_t real_ns(clockid_t clock) {
  struct timespec now;
  syscall(SYS_clock_gettime, clock, &now);
  return to_ns(&now);
}

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("FAST_CLOCK"), *library = getenv("LD_PRELOAD");
  if (text && library) {
    sscanf(text, "%ld %ld %ld", &speed, &realtime, &monotonic);
    strncat(preload, library, sizeof preload - 20);
    strncat(clock_text, text, sizeof clock_text - 20);
  }
}

/* Returns when a clock's time began to run fast, 0 for a clock that is the world's. */
static int64_t origin(clockid_t clock) {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: return realtime;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME: return monotonic;
    default: return 0;
  }
}

static int64_t fast_ns(clockid_t clock) {
  int64_t now = real_ns(clock), begun = origin(clock);
  return begun ? begun + (now - begun) * speed : now;
}

/* Returns the world's time for one that a program has made from what it has read. */
static struct timespec deadline(clockid_t clock, const struct timespec *time) {
  int64_t begun = origin(clock), ns = to_ns(time);
  return to_timespec(begun && ns > begun ? begun + (ns - begun) / speed : ns);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  if (!origin(clock)) return syscall(SYS_clock_gettime, clock, time);
  *time = to_timespec(fast_ns(clock));
  return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  int64_t now = fast_ns(CLOCK_REALTIME);
  (void)zone;
  *time = (struct timeval){.tv_sec = now / SECOND, .tv_usec = now % SECOND / 1000};
  return 0;
}

time_t time(time_t *stored) {
  time_t now = fast_ns(CLOCK_REALTIME) / SECOND;
  if (stored) *stored = now;
  return now;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left) {
  struct timespec real = flags & TIMER_ABSTIME ? deadline(clock, wanted) : to_timespec(to_ns(wanted) / speed);
  long result = syscall(SYS_clock_nanosleep, clock, flags, &real, left);
  if (result == 0) return 0;
  if (left && !(flags & TIMER_ABSTIME)) *left = to_timespec(to_ns(left) * speed);
  return errno;
}

int nanosleep(const struct timespec *wanted, struct timespec *left) {
  int code = clock_nanosleep(CLOCK_MONOTONIC, 0, wanted, left);
  if (code == 0) return 0;
  errno = code;
  return -1;
}

int usleep(useconds_t wanted) {
  struct timespec time = to_timespec(wanted * 1000LL);
  return nanosleep(&time, NULL);
}

unsigned sleep(unsigned wanted) {
  struct timespec time = {.tv_sec = wanted};
  return nanosleep(&time, NULL) ? 1 : 0;
}

static const struct timespec *divided(const struct timespec *wanted, struct timespec *real) {
  if (!wanted) return NULL;
  *real = to_timespec(to_ns(wanted) / speed);
  return real;
}

int epoll_pwait2(int epoll, struct epoll_event *events, int most, const struct timespec *wanted, const sigset_t *mask) {
  struct timespec real;
  return syscall(SYS_epoll_pwait2, epoll, events, most, divided(wanted, &real), mask, SIGNALS);
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int milliseconds) {
  struct timespec wanted = to_timespec(milliseconds * 1000000LL);
  return epoll_pwait2(epoll, events, most, milliseconds < 0 ? NULL : &wanted, NULL);
}

int ppoll(struct pollfd *files, nfds_t number, const struct timespec *wanted, const sigset_t *mask) {
  struct timespec real;
  return syscall(SYS_ppoll, files, number, divided(wanted, &real), mask, SIGNALS);
}

int poll(struct pollfd *files, nfds_t number, int milliseconds) {
  struct timespec wanted = to_timespec(milliseconds * 1000000LL);
  return ppoll(files, number, milliseconds < 0 ? NULL : &wanted, NULL);
}

int select(int number, fd_set *restrict in, fd_set *restrict out, fd_set *restrict other, struct timeval *restrict wanted) {
  struct timespec real;
  if (wanted) real = to_timespec((wanted->tv_sec * SECOND + wanted->tv_usec * 1000LL) / speed);
  return syscall(SYS_pselect6, number, in, out, other, wanted ? &real : NULL, NULL);
}

/* Which clock a condition waits by is not told: since the machine started is less than a lifetime. */
int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict at) {
  clockid_t clock = at->tv_sec < SECOND ? CLOCK_MONOTONIC : CLOCK_REALTIME;
  struct timespec real = deadline(clock, at);
  return pthread_cond_clockwait(condition, mutex, clock, &real);
}

int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict at) {
  static int (*original)(sem_t *, clockid_t, const struct timespec *);
  struct timespec real = deadline(clock, at);
  if (!original) original = dlsym(RTLD_NEXT, "sem_clockwait");
  return original(semaphore, clock, &real);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict at) {
  return sem_clockwait(semaphore, CLOCK_REALTIME, at);
}

/* Whoever gives a program an environment of its own has not heard of this clock. */
static char **with_clock(char *const environment[], char *changed[WORDS]) {
  int count = 0;
  for (char *const *one = environment; one && *one && count < WORDS - 3; one++)
    if (strncmp(*one, "LD_PRELOAD=", 11) && strncmp(*one, "FAST_CLOCK=", 11)) changed[count++] = *one;
  changed[count++] = preload;
  changed[count++] = clock_text;
  changed[count] = NULL;
  return changed;
}

int execve(const char *path, char *const words[], char *const environment[]) {
  char *changed[WORDS];
  return syscall(SYS_execve, path, words, with_clock(environment, changed));
}

int posix_spawn(pid_t *restrict pid, const char *restrict path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes, char *const words[restrict],
                char *const environment[restrict]) {
  static typeof(posix_spawn) *original;
  char *changed[WORDS];
  if (!original) original = dlsym(RTLD_NEXT, "posix_spawn");
  return original(pid, path, actions, attributes, words, with_clock(environment, changed));
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *restrict attributes, char *const words[restrict],
                 char *const environment[restrict]) {
  static typeof(posix_spawnp) *original;
  char *changed[WORDS];
  if (!original) original = dlsym(RTLD_NEXT, "posix_spawnp");
  return original(pid, file, actions, attributes, words, with_clock(environment, changed));
}
