/* table_ids.h: which file of env/ is which table, by what Berkeley DB wrote into its first page. */
#ifndef AKTA_STORE_TABLE_IDS_H
#define AKTA_STORE_TABLE_IDS_H

#include "store_internal.h"

enum table_ids { TABLE_IDS_ABSENT, TABLE_IDS_DAMAGED, TABLE_IDS_SOUND };
/* Holds every table file there is, except the `damaged` ones (NULL: none), against env/tables; a finding for each that
 * is another one's. */
bool table_ids_check(int env_fd, const bool damaged[TABLE_COUNT], struct findings *f, enum table_ids *state,
                     struct err *e) MUST_USE;
bool table_ids_write(int env_fd, struct err *e) MUST_USE;
#define TABLE_IDS_WRONG N_("the list that tells which file is which table is damaged")
#define TABLE_IDS_MEND  N_("nothing if the other checks are clean: the next start writes it anew")

#endif
