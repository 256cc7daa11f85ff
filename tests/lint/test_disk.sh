#!/bin/sh
# Files are touched through base's table of system calls, so that a test can fail any of them: no direct call outside
# archive/base/disk.c and the store.
. "$(dirname "$0")/lib.sh"

calls='open|openat|creat|read|pread|preadv|write|pwrite|writev|pwritev|rename|renameat|renameat2|link|linkat|symlink|'
calls=$calls'symlinkat|unlink|unlinkat|remove|mkdir|mkdirat|rmdir|fsync|fdatasync|syncfs|sync|sync_file_range|truncate|'
calls=$calls'ftruncate|fallocate|posix_fallocate|copy_file_range|sendfile|fopen|fdopen|freopen|tmpfile|mkstemp|mkdtemp|mmap'

# The tool and the room of its commands open what a person names, with that person's rights, the helper reads what it is
# handed, and all talk over sockets and pipes. None may name, remove or sync a file by itself.
tool_may='open|openat|read|write|pread|fdopen|mmap'

hits() { # pattern, files
    pattern=$1
    shift
    [ $# = 0 ] || code_only "$@" | grep -E "(^|[^A-Za-z0-9_.>])($pattern)[[:space:]]*\("
}

check() {
    # shellcheck disable=SC2046 # no name of ours has a blank
    set -- $(c_files archive fcgi | grep -vE '^archive/(base/disk[.]c|store/|tool/|command/)')
    hits "$calls" "$@"
    tool_calls=$(echo "$calls" | tr '|' '\n' | grep -vxE "$tool_may" | tr '\n' '|' | sed 's/|$//')
    # shellcheck disable=SC2046
    set -- $(c_files archive/tool archive/command)
    hits "$tool_calls" "$@"
}

house_is_clean 'files are touched through the table of disk.c'
planted archive/ledger/planted.c 'int f(int d) { return fsync(d); }' 'a sync behind the back of the table'
planted archive/base/planted.c 'int f(void) { return open ("x", 0); }' 'an open in base, with a blank'
planted archive/office/planted.h '/* a */ if (!rename(a, b)) return;' 'a rename in a header, after a comment'
planted fcgi/planted.c 'void f(void) { FILE *x = fopen("y", "r"); }' 'a stream'
planted archive/tool/planted.c 'int f(void) { return unlink("x"); }' 'the tool removing a file'
planted archive/command/planted.c 'int f(void) { return rename("x", "y"); }' 'a command renaming a file'
printf '/* open(x) */ // write(y)\nconst char *t = "unlink(z)"; int g = disk_now()->fsync(3) + s.write(1) + my_open(2);\n' \
    >"$trial/innocent.c"
if hits "$calls" "$trial/innocent.c" >/dev/null; then
    result 'not ok' 'comments, texts, the table and longer names are no calls'
else
    result ok 'comments, texts, the table and longer names are no calls'
fi
finish
