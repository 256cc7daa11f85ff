/* archive_leaks.h: for fuzzers that keep an archive open. Its keys, and Berkeley DB's regions, are pages of their own that
 * the leak checker does not read, so that what they alone point to looks lost whenever another thread's work makes it
 * look. Everything else stays under its eyes. */
#ifndef AKTA_FUZZ_ARCHIVE_LEAKS_H
#define AKTA_FUZZ_ARCHIVE_LEAKS_H

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdb-5.3.so\nleak:libgcrypt.so\nleak:keyring_open\n";
}

#endif
