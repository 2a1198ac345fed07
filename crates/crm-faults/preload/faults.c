/*
 * Loaded into the server's process (LD_PRELOAD) and into no other. It sees how the process writes to the store's files,
 * and does as it is told:
 *
 *  - It keeps a journal of what would be lost with the power: each write and each change of length with what was there
 *    before, each file that was made or removed, until a sync covers it. A sync of the folder covers names only. Once
 *    nothing is left that would be lost the journal is emptied.
 *  - It ends the process (SIGKILL) at a named point around a commit, the first time after a file appears that arms it.
 *  - It tells the process another time than the machine's.
 *
 * What is told by variables:
 *   FAULTS_STORE    the path of the store's file; its log and its rollback journal lie beside it
 *   FAULTS_JOURNAL  where the journal goes; its folder takes removed files; none is kept if it is not set
 *   FAULTS_POINT    POINT:N, the Nth time after it is armed: wal-write, wal-sync, db-write or db-sync with -before,
 *                   -half or -after; or answer, the first thing sent to a client after the Nth sync of the log
 *   FAULTS_ARM      the path of the file that arms it
 *   FAULTS_CLOCK    the path of a file of eight bytes: how many microseconds the clock is ahead, as they are right now
 *
 * The shared memory beside the store (-shm) is not looked at: it is made anew from the log.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { NONE = 0, DB = 1, WAL = 2, ROLLBACK = 3, FOLDER = 4 };
enum { WRITE = 1, TRUNCATE = 2, SYNCED = 3, MADE = 4, REMOVED = 5, FOLDER_SYNCED = 6 };

struct head {
    uint32_t kind, file;
    uint64_t offset, old_size, old_length, new_length;
};

#define MOST_FILES 65536
static unsigned char file_of[MOST_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char paths[5][4096], arm[4096], folder_of_journal[4096];
static int journal = -1;
static unsigned pending[5], removed;
static char point_name[32];
static long point_left = -1;
static int is_armed;
static volatile int dies_with_the_next_answer;
static const volatile int64_t *ahead;

#define REAL(result, name, ...)                                   \
    static result (*real_##name)(__VA_ARGS__);                    \
    static void find_##name(void) {                               \
        if (!real_##name) *(void **)&real_##name = dlsym(RTLD_NEXT, #name); \
    }

REAL(int, open, const char *, int, ...)
REAL(int, open64, const char *, int, ...)
REAL(int, openat, int, const char *, int, ...)
REAL(int, close, int)
REAL(ssize_t, write, int, const void *, size_t)
REAL(ssize_t, pwrite, int, const void *, size_t, off_t)
REAL(ssize_t, writev, int, const struct iovec *, int)
REAL(int, ftruncate, int, off_t)
REAL(int, fsync, int)
REAL(int, fdatasync, int)
REAL(int, unlink, const char *)
REAL(int, rename, const char *, const char *)
REAL(ssize_t, send, int, const void *, size_t, int)
REAL(ssize_t, sendto, int, const void *, size_t, int, const struct sockaddr *, socklen_t)
REAL(ssize_t, sendmsg, int, const struct msghdr *, int)

static void fail(const char *what) {
    dprintf(2, "faults: %s: %s\n", what, strerror(errno));
    _exit(86);
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

__attribute__((constructor)) static void begin(void) {
    const char *store = getenv("FAULTS_STORE"), *to = getenv("FAULTS_JOURNAL");
    const char *point = getenv("FAULTS_POINT"), *arms = getenv("FAULTS_ARM"), *clock = getenv("FAULTS_CLOCK");
    if (clock) {
        int fd = syscall(SYS_openat, AT_FDCWD, clock, O_RDONLY | O_CLOEXEC);
        void *mapped = fd < 0 ? MAP_FAILED : mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, fd, 0);
        if (mapped == MAP_FAILED) fail("the clock cannot be read");
        syscall(SYS_close, fd);
        ahead = mapped;
    }
    if (!store || strlen(store) > 4000) return;
    strcpy(paths[DB], store);
    snprintf(paths[WAL], sizeof paths[WAL], "%.4000s-wal", store);
    snprintf(paths[ROLLBACK], sizeof paths[ROLLBACK], "%.4000s-journal", store);
    strcpy(paths[FOLDER], store);
    char *slash = strrchr(paths[FOLDER], '/');
    if (slash) *slash = 0;
    if (to && strlen(to) < 4000) {
        journal = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        if (journal < 0) fail("the journal cannot be opened");
        strcpy(folder_of_journal, to);
        slash = strrchr(folder_of_journal, '/');
        if (slash) *slash = 0;
    }
    if (point && arms && strlen(arms) < 4000) {
        const char *colon = strchr(point, ':');
        if (!colon || colon - point >= (long)sizeof point_name) fail("FAULTS_POINT is none");
        memcpy(point_name, point, colon - point);
        point_left = atol(colon + 1);
        strcpy(arm, arms);
    }
}

static int name_of(const char *path) {
    for (int file = DB; file <= FOLDER; file++)
        if (paths[file][0] && !strcmp(path, paths[file])) return file;
    return NONE;
}

static int tracked(int fd) { return fd >= 0 && fd < MOST_FILES ? file_of[fd] : NONE; }

/* Whether this is the point at which the process is to end. Under the lock. */
static int is_point(int file, const char *what) {
    char name[32];
    if (point_left <= 0 || (file != DB && file != WAL)) return 0;
    if (!is_armed) {
        struct stat found;
        if (stat(arm, &found)) return 0;
        is_armed = 1;
    }
    snprintf(name, sizeof name, "%s-%s", file == DB ? "db" : "wal", what);
    if (!strcmp(point_name, "answer")) {
        if (!strcmp(name, "wal-sync-after") && --point_left == 0) dies_with_the_next_answer = 1;
        return 0;
    }
    return !strcmp(name, point_name) && --point_left == 0;
}

static void note(struct head head, const void *old, const void *new) {
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)old, head.old_length}, {(void *)new, head.new_length}};
    ssize_t whole = sizeof head + head.old_length + head.new_length;
    if (syscall(SYS_writev, journal, parts, 3) != whole) fail("the journal cannot be written");
}

/* What covers itself is forgotten; the journal with it, once it is of no use. */
static void covered(int file) {
    if (journal < 0) return;
    pending[file] = 0;
    if (file == FOLDER) removed = 0;
    struct head head = {file == FOLDER ? FOLDER_SYNCED : SYNCED, file, 0, 0, 0, 0};
    note(head, 0, 0);
    if (pending[DB] + pending[WAL] + pending[ROLLBACK] + pending[FOLDER] == 0 && syscall(SYS_ftruncate, journal, 0))
        fail("the journal cannot be emptied");
}

static void about_to_write(int fd, int file, const void *buffer, size_t length, off_t offset) {
    if (journal < 0) return;
    struct stat found;
    char *old = malloc(length ? length : 1);
    if (!old || fstat(fd, &found)) fail("what was there cannot be told");
    ssize_t got = pread(fd, old, length, offset);
    if (got < 0) fail("what was there cannot be read");
    struct head head = {WRITE, file, offset, found.st_size, got, length};
    note(head, old, buffer);
    pending[file]++;
    free(old);
}

static ssize_t write_there(int fd, int file, const void *buffer, size_t length, off_t offset) {
    find_pwrite();
    pthread_mutex_lock(&lock);
    if (is_point(file, "write-before")) die();
    about_to_write(fd, file, buffer, length, offset);
    if (is_point(file, "write-half")) {
        real_pwrite(fd, buffer, length / 2, offset);
        die();
    }
    ssize_t written = real_pwrite(fd, buffer, length, offset);
    if (is_point(file, "write-after")) die();
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int fd, const void *buffer, size_t length, off_t offset) {
    find_pwrite();
    int file = tracked(fd);
    return file ? write_there(fd, file, buffer, length, offset) : real_pwrite(fd, buffer, length, offset);
}

ssize_t pwrite64(int fd, const void *buffer, size_t length, off_t offset) {
    return pwrite(fd, buffer, length, offset);
}

static void may_be_an_answer(int fd) {
    struct stat found;
    if (dies_with_the_next_answer && !fstat(fd, &found) && S_ISSOCK(found.st_mode)) die();
}

ssize_t write(int fd, const void *buffer, size_t length) {
    find_write();
    int file = tracked(fd);
    if (!file) {
        may_be_an_answer(fd);
        return real_write(fd, buffer, length);
    }
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t written = write_there(fd, file, buffer, length, offset);
    if (written > 0) lseek(fd, offset + written, SEEK_SET);
    return written;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    find_writev();
    if (tracked(fd)) fail("writev on the store is not expected");
    may_be_an_answer(fd);
    return real_writev(fd, parts, count);
}

ssize_t send(int fd, const void *buffer, size_t length, int flags) {
    find_send();
    may_be_an_answer(fd);
    return real_send(fd, buffer, length, flags);
}

ssize_t sendto(int fd, const void *buffer, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    find_sendto();
    may_be_an_answer(fd);
    return real_sendto(fd, buffer, length, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    find_sendmsg();
    may_be_an_answer(fd);
    return real_sendmsg(fd, message, flags);
}

int ftruncate(int fd, off_t size) {
    find_ftruncate();
    int file = tracked(fd);
    if (!file) return real_ftruncate(fd, size);
    pthread_mutex_lock(&lock);
    struct stat found;
    if (journal >= 0) {
        if (fstat(fd, &found)) fail("the length cannot be told");
        size_t cut = found.st_size > size ? found.st_size - size : 0;
        char *old = malloc(cut ? cut : 1);
        if (!old || pread(fd, old, cut, size) != (ssize_t)cut) fail("what is cut off cannot be read");
        struct head head = {TRUNCATE, file, size, found.st_size, cut, 0};
        note(head, old, 0);
        pending[file]++;
        free(old);
    }
    int ended = real_ftruncate(fd, size);
    pthread_mutex_unlock(&lock);
    return ended;
}

int ftruncate64(int fd, off_t size) { return ftruncate(fd, size); }

static int sync_it(int fd, int file, int (*how)(int)) {
    pthread_mutex_lock(&lock);
    if (is_point(file, "sync-before")) die();
    int ended = how(fd);
    if (!ended) covered(file);
    if (is_point(file, "sync-after")) die();
    pthread_mutex_unlock(&lock);
    return ended;
}

int fsync(int fd) {
    find_fsync();
    int file = tracked(fd);
    return file ? sync_it(fd, file, real_fsync) : real_fsync(fd);
}

int fdatasync(int fd) {
    find_fdatasync();
    int file = tracked(fd);
    return file ? sync_it(fd, file, real_fdatasync) : real_fdatasync(fd);
}

static void will_open(const char *path, int flags, int *file, int *is_new) {
    struct stat found;
    *file = name_of(path);
    *is_new = *file && *file != FOLDER && (flags & O_CREAT) && stat(path, &found);
    if (*file && (flags & O_TRUNC)) fail("the store is not expected to be emptied when it is opened");
}

static int opened(int fd, int file, int is_new) {
    if (fd < 0 || fd >= MOST_FILES) return fd;
    file_of[fd] = file;
    if (is_new && journal >= 0) {
        pthread_mutex_lock(&lock);
        struct head head = {MADE, file, 0, 0, 0, 0};
        note(head, 0, 0);
        pending[FOLDER]++;
        pthread_mutex_unlock(&lock);
    }
    return fd;
}

#define MODE(flags)                                                 \
    mode_t mode = 0;                                                \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                          \
        va_list rest;                                               \
        va_start(rest, flags);                                      \
        mode = va_arg(rest, mode_t);                                \
        va_end(rest);                                               \
    }                                                               \
    int file, is_new;                                               \
    will_open(path, flags, &file, &is_new);

int open(const char *path, int flags, ...) {
    find_open();
    MODE(flags)
    return opened(real_open(path, flags, mode), file, is_new);
}

int open64(const char *path, int flags, ...) {
    find_open64();
    MODE(flags)
    return opened(real_open64(path, flags, mode), file, is_new);
}

int openat(int at, const char *path, int flags, ...) {
    find_openat();
    MODE(flags)
    return opened(real_openat(at, path, flags, mode), file, is_new);
}

int close(int fd) {
    find_close();
    if (fd >= 0 && fd < MOST_FILES) file_of[fd] = NONE;
    return real_close(fd);
}

int unlink(const char *path) {
    find_unlink();
    int file = name_of(path);
    if (!file || journal < 0) return real_unlink(path);
    pthread_mutex_lock(&lock);
    char kept[4200];
    snprintf(kept, sizeof kept, "%s/removed-%u", folder_of_journal, removed);
    real_unlink(kept);
    if (!link(path, kept)) {
        struct head head = {REMOVED, file, removed++, 0, 0, 0};
        note(head, 0, 0);
        pending[FOLDER]++;
    } else if (errno != ENOENT) {
        fail("a removed file cannot be kept");
    }
    int ended = real_unlink(path);
    pthread_mutex_unlock(&lock);
    return ended;
}

int rename(const char *from, const char *to) {
    find_rename();
    if (name_of(from) || name_of(to)) fail("a rename of the store is not expected");
    return real_rename(from, to);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int ended = syscall(SYS_clock_gettime, clock, time);
    if (!ended && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t micros = *ahead, nanos = time->tv_nsec + micros % 1000000 * 1000;
        time->tv_sec += micros / 1000000 + (nanos < 0 ? -1 : nanos / 1000000000);
        time->tv_nsec = nanos < 0 ? nanos + 1000000000 : nanos % 1000000000;
    }
    return ended;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    struct timespec now;
    (void)zone;
    int ended = clock_gettime(CLOCK_REALTIME, &now);
    if (!ended) *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return ended;
}

time_t time(time_t *to) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
