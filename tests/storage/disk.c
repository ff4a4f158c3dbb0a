/* Between a program and its disk: notes every write and sync of some files, and lets chosen ones fail.
 *
 * Loaded with LD_PRELOAD. DISK_FILES is the beginning of the paths that it looks at; DISK_LOG the file that it
 * notes to, if any. One lock makes the order of the notes the order of what happened: a write is noted once it
 * happened, a sync once it returned, so a note that stands behind a sync was made after it.
 * tests/storage/disk.py says it in Python. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

struct note { uint8_t kind; uint8_t pad; uint16_t name; uint32_t size; uint64_t offset; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int notes = -2;
static long count, fail_at, fail_times;
static int fail_with;

/* The operations from the `at`-th on (the first is 1), so many of them, fail with this error; with 0 none does,
 * and the count stands. */
void disk_fail(long at, long times, int error)
{
    pthread_mutex_lock(&lock);
    if (at) count = 0;
    fail_at = at; fail_times = times; fail_with = error;
    pthread_mutex_unlock(&lock);
}

/* How many operations there were since then. */
long disk_count(void) { return count; }

static const char *looked_at(const char *path)
{
    const char *files = getenv("DISK_FILES");
    if (!files || strncmp(path, files, strlen(files))) return NULL;
    const char *base = strrchr(files, '/');
    return path + (base - files) + 1;
}

static const char *name_of(int descriptor, char *path, size_t size)
{
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t n = readlink(link, path, size - 1);
    if (n <= 0) return NULL;
    path[n] = 0;
    return looked_at(path);
}

/* Whether the folder of the files is what is open here. */
static int is_folder(int descriptor)
{
    char path[4096], link[32];
    const char *files = getenv("DISK_FILES");
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t n = readlink(link, path, sizeof path - 1);
    return files && n > 0 && n == strrchr(files, '/') - files && !strncmp(path, files, n);
}

static void note(char kind, const char *name, uint64_t offset, const void *data, uint32_t size)
{
    if (notes == -2) {
        const char *log = getenv("DISK_LOG");
        notes = log ? (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    }
    if (notes < 0) return;
    struct note head = {(uint8_t)kind, 0, (uint16_t)strlen(name), size, offset};
    syscall(SYS_write, notes, &head, sizeof head);
    syscall(SYS_write, notes, name, strlen(name));
    if (size) syscall(SYS_write, notes, data, size);
}

/* Count an operation; true where it has to fail. */
static int fails(void)
{
    count++;
    if (!fail_at || count < fail_at || count >= fail_at + fail_times) return 0;
    errno = fail_with;
    return 1;
}

#define REAL(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))

static ssize_t written(const char *real, int fd, const void *data, size_t size, off64_t at, int placed)
{
    char path[4096];
    const char *name = fd > 2 ? name_of(fd, path, sizeof path) : NULL;
    int ours = name && !strstr(name, "-acks");
    ssize_t n;
    if (!name) return placed ? REAL(ssize_t, real, int, const void *, size_t, off64_t)(fd, data, size, at)
                             : REAL(ssize_t, real, int, const void *, size_t)(fd, data, size);
    pthread_mutex_lock(&lock);
    if (ours && fails()) {
        /* A full disk takes a part of it. */
        if (fail_with == ENOSPC && placed && size > 512)
            REAL(ssize_t, real, int, const void *, size_t, off64_t)(fd, data, size / 2, at);
        errno = fail_with;
        n = -1;
    } else if (placed) {
        n = REAL(ssize_t, real, int, const void *, size_t, off64_t)(fd, data, size, at);
    } else {
        at = lseek64(fd, 0, SEEK_CUR);
        n = REAL(ssize_t, real, int, const void *, size_t)(fd, data, size);
    }
    if (n > 0) note('w', name, (uint64_t)at, data, (uint32_t)n);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return n;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return written("pwrite", fd, data, size, at, 1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return written("pwrite64", fd, data, size, at, 1); }
ssize_t write(int fd, const void *data, size_t size) { return written("write", fd, data, size, 0, 0); }

static int synced(const char *real, int fd)
{
    char path[4096];
    const char *name = name_of(fd, path, sizeof path);
    int folder = !name && is_folder(fd), result = -1;
    if (!name && !folder) return REAL(int, real, int)(fd);
    pthread_mutex_lock(&lock);
    if (!fails()) result = REAL(int, real, int)(fd);
    if (!result) note(folder ? 'd' : 's', folder ? "" : name, 0, NULL, 0);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

static int cut(const char *real, int fd, off64_t size)
{
    char path[4096];
    const char *name = name_of(fd, path, sizeof path);
    int result = -1;
    if (!name || strstr(name, "-shm")) return REAL(int, real, int, off64_t)(fd, size);
    pthread_mutex_lock(&lock);
    if (!fails()) result = REAL(int, real, int, off64_t)(fd, size);
    if (!result) note('t', name, (uint64_t)size, NULL, 0);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ftruncate(int fd, off_t size) { return cut("ftruncate", fd, size); }
int ftruncate64(int fd, off64_t size) { return cut("ftruncate64", fd, size); }

int unlink(const char *path)
{
    const char *name = looked_at(path);
    int result;
    if (!name) return REAL(int, "unlink", const char *)(path);
    pthread_mutex_lock(&lock);
    result = REAL(int, "unlink", const char *)(path);
    if (!result) note('u', name, 0, NULL, 0);
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
