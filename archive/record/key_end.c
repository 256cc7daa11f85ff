/* key_end.c: the end of a key-encryption key, which nothing can undo.
 *
 * Promises that no key goes without an entry in the log: the entry is durable first, and an archive that can write none
 * (a wrong clock, a full disk) keeps the key. When the process is killed between the two, the entry stands, the key
 * too, and the same command again ends it. Fails as keys_destroy and archive_note do. */
#include "record_internal.h"

#include <stdio.h>

bool archive_key_destroy(struct archive *a, uint32_t epoch, const struct actor *who, struct err *e)
{
    char text[16];
    snprintf(text, sizeof text, "%u", epoch);
    const struct entry_line line = {"destroyed", str_of(text)};
    return keys_may_destroy(a->store, epoch, e) && archive_note(a, E_KEY_EPOCH, &line, 1, who, e) &&
           keys_destroy(a->store, epoch, e);
}
