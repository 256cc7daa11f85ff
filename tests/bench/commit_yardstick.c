/* commit_yardstick.c: what Berkeley DB alone does for rows like ours: the yardstick of the commit bench.
 *
 *   commit_yardstick DIR SECONDS [THREADS]
 *
 * Each thread begins a transaction, puts the rows that accessioning one small record puts (the table below), with
 * sequential keys, and commits it synchronously, again and again; a deadlock is undone and tried again with the same
 * keys. DIR must be empty or absent. Prints `commits_per_second RATE commits N deadlocks N`. Links libdb and nothing of
 * ours. Exit: 0 measured; 2 usage; 4 Berkeley DB failed. */
#include <db.h>

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The rows of one accession, in the order and with the sizes in bytes that the archive's own bench program puts (a text
 * of 300 bytes, packed and sealed in its row). `again` rows have one key per case file and are written anew by each
 * record of that file; `one` rows are written anew by every commit. */
enum row_habit { NEW, AGAIN, ONE };
struct row {
    const char *table;
    uint32_t key, value;
    enum row_habit habit;
};
static const struct row rows[] = {
    {"log_object", 20, 8, NEW},      /* where the ledger entry stands */
    {"log_entry", 8, 632, NEW},      /* the ledger entry */
    {"log_head", 4, 20, ONE},        /* the ledger's size */
    {"opening", 20, 246, NEW},       /* salts and metadata lines behind the entry */
    {"record", 16, 491, NEW},        /* the record with its inline content */
    {"record_by_file", 20, 16, NEW}, /* its place in the case file */
    {"key", 16, 64, NEW},            /* its wrapped key */
    {"fixity", 24, 0, NEW},          /* when to check it next */
    {"index", 27, 25, AGAIN},        /* the case file counts its records */
};
enum {
    ROWS = sizeof rows / sizeof rows[0],
    CASE_FILES = 16,
    KEY_MAX = 32,
    VALUE_MAX = 1024,
    PAGE = 4096,
    CACHE = 256 << 20,
    LOG_FILE = 64 << 20,
    LOG_BUFFER = 4 << 20,
    THREADS_MAX = 256
};

static DB_ENV *env;
static DB *tables[ROWS];
static atomic_uint_fast64_t next_record, commits, deadlocks;
static atomic_bool over;

static void must(int rc, const char *what)
{
    if (rc != 0) {
        fprintf(stderr, "commit_yardstick: %s: %s\n", what, db_strerror(rc));
        exit(4);
    }
}

static void store_open(const char *dir)
{
    const uint32_t flags =
        DB_CREATE | DB_INIT_MPOOL | DB_INIT_LOCK | DB_INIT_LOG | DB_INIT_TXN | DB_THREAD | DB_PRIVATE;
    must(db_env_create(&env, 0), "db_env_create");
    must(env->set_cachesize(env, 0, CACHE, 1), "set_cachesize");
    must(env->set_lg_bsize(env, LOG_BUFFER), "set_lg_bsize");
    must(env->set_lg_max(env, LOG_FILE), "set_lg_max");
    must(env->set_lk_detect(env, DB_LOCK_MINWRITE), "set_lk_detect");
    must(env->set_lk_max_locks(env, 100000), "set_lk_max_locks");
    must(env->set_lk_max_objects(env, 100000), "set_lk_max_objects");
    must(env->set_tx_max(env, 1000), "set_tx_max");
    must(env->open(env, dir, flags, 0600), dir);
    for (size_t i = 0; i < ROWS; i++) {
        char file[64];
        snprintf(file, sizeof file, "%s.db", rows[i].table);
        must(db_create(&tables[i], env, 0), "db_create");
        must(tables[i]->set_pagesize(tables[i], PAGE), "set_pagesize");
        must(tables[i]->set_flags(tables[i], DB_CHKSUM), "set_flags");
        must(tables[i]->open(tables[i], NULL, file, NULL, DB_BTREE, DB_CREATE | DB_AUTO_COMMIT | DB_THREAD, 0600),
             file);
    }
}

static uint64_t key_number(const struct row *r, uint64_t record)
{
    switch (r->habit) {
        case NEW:
            return record;
        case AGAIN:
            return record % CASE_FILES;
        case ONE:
            break;
    }
    return 0;
}

/* 0, DB_LOCK_DEADLOCK or a failure. */
static int put_rows(DB_TXN *txn, uint64_t record, unsigned char *value)
{
    for (size_t i = 0; i < ROWS; i++) {
        unsigned char key[KEY_MAX] = {0};
        uint64_t number = htobe64(key_number(&rows[i], record));
        uint32_t whole = rows[i].key < sizeof number ? rows[i].key : (uint32_t)sizeof number;
        memcpy(key, (const unsigned char *)&number + (sizeof number - whole), whole);
        memcpy(value, &record, sizeof record);
        DBT k = {.data = key, .size = rows[i].key}, v = {.data = value, .size = rows[i].value};
        int rc = tables[i]->put(tables[i], txn, &k, &v, 0);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static void commit_one(uint64_t record, unsigned char *value)
{
    for (;;) {
        DB_TXN *txn = NULL;
        must(env->txn_begin(env, NULL, &txn, 0), "txn_begin");
        int rc = put_rows(txn, record, value);
        if (rc == 0) {
            must(txn->commit(txn, DB_TXN_SYNC), "commit");
            return;
        }
        must(txn->abort(txn), "abort");
        if (rc != DB_LOCK_DEADLOCK) {
            must(rc, "put");
        }
        atomic_fetch_add(&deadlocks, 1);
    }
}

static void *client(void *arg)
{
    (void)arg;
    unsigned char value[VALUE_MAX];
    memset(value, 'x', sizeof value);
    while (!atomic_load(&over)) {
        commit_one(atomic_fetch_add(&next_record, 1), value);
        atomic_fetch_add(&commits, 1);
    }
    return NULL;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned number(const char *s, unsigned max)
{
    char *end = NULL;
    unsigned long n = strtoul(s, &end, 10);
    if (end == s || *end != 0 || n == 0 || n > max) {
        fprintf(stderr, "commit_yardstick: %s is not a number from 1 to %u\n", s, max);
        exit(2);
    }
    return (unsigned)n;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        fputs("usage: commit_yardstick DIR SECONDS [THREADS]\n", stderr);
        return 2;
    }
    unsigned seconds = number(argv[2], 3600), threads = argc == 4 ? number(argv[3], THREADS_MAX) : 16;
    if (mkdir(argv[1], 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "commit_yardstick: cannot make %s: %s\n", argv[1], strerror(errno));
        return 4;
    }
    store_open(argv[1]);
    pthread_t thread[THREADS_MAX];
    double start = now();
    for (unsigned i = 0; i < threads; i++) {
        must(pthread_create(&thread[i], NULL, client, NULL), "pthread_create");
    }
    struct timespec wait = {(time_t)seconds, 0};
    nanosleep(&wait, NULL);
    uint64_t done = atomic_load(&commits);
    double took = now() - start;
    atomic_store(&over, true);
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    printf("commits_per_second %.0f commits %llu deadlocks %llu\n", (double)done / took, (unsigned long long)done,
           (unsigned long long)atomic_load(&deadlocks));
    for (size_t i = 0; i < ROWS; i++) {
        must(tables[i]->close(tables[i], 0), "close");
    }
    must(env->close(env, 0), "close");
    return 0;
}
