/* Preloaded into a process, moves its wall clock by as many seconds as a file says. Clocks that only measure stay as
   they are. libfaketime cannot serve here: under it every time.sleep() of Python fails. No headers, so that a bare
   compiler is enough. */

struct timespec { long seconds, nanoseconds; };
struct timeval { long seconds, microseconds; };

extern char *getenv(const char *name);
extern int open(const char *path, int flags, ...);
extern void *mmap(void *where, unsigned long length, int access, int flags, int file, long offset);
extern void *dlsym(void *library, const char *name);

static int (*real_clock_gettime)(int clock, struct timespec *now);
static const volatile long *moved;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("SOAK_CLOCK");
  int file = path ? open(path, 0) : -1;
  void *found = file >= 0 ? mmap(0, sizeof *moved, 1 /* read */, 1 /* shared */, file, 0) : (void *)-1;
  real_clock_gettime = dlsym((void *)-1 /* the next library's */, "clock_gettime");
  moved = found == (void *)-1 ? 0 : found;
}

int clock_gettime(int clock, struct timespec *now) {
  if (!real_clock_gettime) begin();
  int status = real_clock_gettime(clock, now);
  int of_the_wall = clock == 0 || clock == 5 /* coarse */;
  if (status == 0 && of_the_wall && moved) now->seconds += *moved;
  return status;
}

int gettimeofday(struct timeval *now, void *zone) {
  struct timespec found;
  (void)zone;
  clock_gettime(0, &found);
  now->seconds = found.seconds;
  now->microseconds = found.nanoseconds / 1000;
  return 0;
}

long time(long *where) {
  struct timespec found;
  clock_gettime(0, &found);
  if (where) *where = found.seconds;
  return found.seconds;
}
