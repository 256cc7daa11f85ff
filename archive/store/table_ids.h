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
/* Are these the tables of two archives? A copy or a restored table has the identity of its original. */
bool table_of_another(int env_fd, int other_env_fd, enum store_table t);
/* A table that came after this archive was made: its file is absent and the list does not know it. */
bool table_is_new(int env_fd, enum store_table t);
/* Before such tables are made: an interrupted start must not find files that an older list does not know. */
bool table_ids_forget(int env_fd, struct err *e) MUST_USE;
#define TABLE_IDS_WRONG N_("the list that tells which file is which table is damaged")
#define TABLE_IDS_MEND  N_("nothing if the other checks are clean: the next start writes it anew")

#endif
