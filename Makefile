# Akta. One Makefile, no recursion. `make` builds, `make run` shows, `make check` tests; README.md names the rest.
# A room is a folder whose *.c become one static library; it may use the rooms before it in ROOMS and no other
# (tests/lint/rooms proves it, and so does the order at the link step).

ROOMS   := base store ledger record office command
SAN     ?=
FUZZ    ?=
COVER   ?=
BUILD   := build$(if $(SAN),-san,)$(if $(FUZZ),-fuzz,)$(if $(COVER),-cover,)
PREFIX  ?= /usr
DESTDIR ?=
DATA    ?= var/demo
PORT    ?= 8080

comma   := ,
CC      := $(if $(FUZZ),clang,gcc)
SAN_ON  := -fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT     := $(if $(SAN),-O1 $(SAN_ON),$(if $(FUZZ),-O1 $(SAN_ON) -fsanitize=fuzzer-no-link,$(if $(COVER),-O0 --coverage,-O2)))
WARN    := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-align=strict -Wcast-qual -Wvla \
           -Wformat=2 -Wundef -Wwrite-strings -Wimplicit-fallthrough=5 -Wlogical-op -Wduplicated-cond \
           -Wduplicated-branches -Wnull-dereference -Wswitch-enum -Wunused-macros
ifneq ($(FUZZ)$(COVER),)
WARN    := -Wall -Wextra
endif
HARD    := -fstack-protector-strong -fstack-clash-protection -fPIE $(if $(SAN)$(FUZZ)$(COVER),,-D_FORTIFY_SOURCE=2)
CFLAGS  := -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -g -pthread $(OPT) $(WARN) $(HARD) $(EXTRA_CFLAGS)
LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now,--as-needed $(if $(SAN)$(FUZZ),$(SAN_ON),) $(if $(COVER),--coverage,)
LIBS    := -ldb-5.3 -lgcrypt -ldeflate -lz -ljansson -lunistring -lmd4c

room_src  = $(wildcard archive/$(1)/*.c)
room_obj  = $(patsubst %.c,$(BUILD)/obj/%.o,$(call room_src,$(1)))
room_lib  = $(BUILD)/lib/libakta-$(1).a
ROOM_LIBS := $(foreach r,$(ROOMS),$(call room_lib,$(r)))
# The link order is the house turned round: a lower room cannot reach a higher one.
LINK_ALL := $(foreach r,command office record ledger store base,$(call room_lib,$(r)))

all: all-programs
.PHONY: all all-programs tests-built bench-built run check check-browser check-browser-brief check-others check-valgrind clean install bench check-san check-fault check-crash check-load check-mail fuzz cover lint format packages packages-build
.SECONDARY:
.DELETE_ON_ERROR:

PROGRAMS := $(BUILD)/akta $(BUILD)/akta-fcgi $(BUILD)/akta-inspect $(BUILD)/akta-send
all-programs: $(PROGRAMS) $(BUILD)/akta.1 $(BUILD)/akta.bash

# The manual and the completion are written by the program itself, from the table that it parses by.
$(BUILD)/akta.1: $(BUILD)/akta
	LANG=C LC_ALL=C $< help --man > $@
$(BUILD)/akta.bash: $(BUILD)/akta
	LANG=C LC_ALL=C $< completion > $@

# The demonstration: see conf/run.sh; exec, so that a signal to make reaches it and not a shell between.
run:
	@sh tests/lib/packages.sh build
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@exec sh conf/run.sh $(BUILD) "$(DATA)" "$(PORT)"

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Iinclude -I$(<D) $(if $(filter tests/%,$<),-Itests/lib -I.,) -MMD -MP -c $< -o $@

# Dated law that ships with the program: conf/NAME.tsv becomes the symbols _binary_NAME_tsv_start and _end (dashes turn
# into underscores) inside the library of the room that reads it.
DATA_OF_record := plan retention-rules proposals
DATA_OF_office := holidays published request-terms request-words register-access register-fees register-texts
data_obj = $(patsubst %,$(BUILD)/obj/data/%.o,$(DATA_OF_$(1)))
$(BUILD)/obj/data/%.o: conf/%.tsv
	@mkdir -p $(@D)
	cd conf && ld -r -b binary -z noexecstack -o $(CURDIR)/$@ $(<F)

# What the demonstration office publishes, as one block: each document after a line with its name and its size.
PUBLISHED := $(sort $(wildcard conf/cards/*.md conf/registers/*.md conf/access-rules/*.md conf/texts/*.md))
$(BUILD)/published.bundle: $(PUBLISHED) Makefile
	@mkdir -p $(@D)
	@for f in $(PUBLISHED); do printf '%%%% %s %s\n' "$${f#conf/}" "$$(wc -c <$$f)"; cat $$f; echo; done >$@
$(BUILD)/obj/data/published.o: $(BUILD)/published.bundle
	@mkdir -p $(@D)
	cd $(<D) && ld -r -b binary -z noexecstack -o $(CURDIR)/$@ $(<F)

# Schemas of the API's answers, the members of all conf/api/*.json after each other: each file is one object, its braces on
# lines of their own.
API_SCHEMAS := $(sort $(wildcard conf/api/*.json))
$(BUILD)/api.schemas: $(API_SCHEMAS) Makefile
	@mkdir -p $(@D)
	@for f in $(API_SCHEMAS); do [ "$$f" = "$(firstword $(API_SCHEMAS))" ] || echo ,; sed '1d;$$d' $$f; done >$@
$(BUILD)/obj/data/api_schemas.o: $(BUILD)/api.schemas
	@mkdir -p $(@D)
	cd $(<D) && ld -r -b binary -z noexecstack -o $(CURDIR)/$@ $(<F)

define room_rule
$(call room_lib,$(1)): $(call room_obj,$(1)) $(call data_obj,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

# Message catalogues and the data the programs carry, as objects inside them.
# Each part of the house has its file of Polish; a text that two of them have is the first one's.
PO_PARTS := conf/po/pl.po $(sort $(wildcard conf/po/pl-*.po))
$(BUILD)/po/pl.mo: $(PO_PARTS)
	@mkdir -p $(@D)
	msgcat --use-first --output-file=$(@:.mo=.po) $(PO_PARTS)
	msgfmt --check --output-file=$@ $(@:.mo=.po)
$(BUILD)/obj/po/%.o: $(BUILD)/po/%.mo
	@mkdir -p $(@D)
	cd $(<D) && ld -r -b binary -z noexecstack -o $(CURDIR)/$@ $(<F)

TOOL_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out archive/tool/inspect%.c archive/tool/send.c,$(wildcard archive/tool/*.c)))
INSPECT_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard archive/tool/inspect*.c))
# The window: everything of akta-fcgi but its main, as a library of its own, so that tests can link it.
WINDOW_LIB := $(BUILD)/lib/libakta-window.a
SITE_OBJ := $(patsubst conf/site/%,$(BUILD)/obj/site/%.o,$(wildcard conf/site/*.css conf/site/*.svg conf/site/*.js))
$(BUILD)/obj/site/%.o: conf/site/%
	@mkdir -p $(@D)
	cd conf/site && ld -r -b binary -z noexecstack -o $(CURDIR)/$@ $(<F)
$(WINDOW_LIB): $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out fcgi/main.c,$(wildcard fcgi/*.c))) $(SITE_OBJ) $(BUILD)/obj/data/api_schemas.o
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^
# The helper limits its own memory; a sanitizer's shadow does not fit in there.
$(INSPECT_OBJ) $(BUILD)/akta-inspect: CFLAGS := $(filter-out -fsanitize=% -fno-sanitize-recover=%,$(CFLAGS))
$(INSPECT_OBJ) $(BUILD)/akta-inspect: LDFLAGS := $(filter-out -fsanitize=% -fno-sanitize-recover=%,$(LDFLAGS))
PO_OBJ := $(BUILD)/obj/po/pl.o

$(BUILD)/akta: $(TOOL_OBJ) $(PO_OBJ) $(LINK_ALL)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/akta-fcgi: $(BUILD)/obj/fcgi/main.o $(WINDOW_LIB) $(PO_OBJ) $(LINK_ALL)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lfcgi
$(BUILD)/akta-inspect: $(INSPECT_OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ -lmagic -lseccomp
$(BUILD)/akta-send: $(BUILD)/obj/archive/tool/send.o $(call room_lib,base)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lcurl

# ---- tests: tests/unit/ROOM_*.c link that room and the rooms below it, nothing above; window_*.c link all of them.
of_window = $(if $(filter window_%,$(1)),$(WINDOW_LIB) $(PO_OBJ))
rooms_upto = $(shell for r in $(ROOMS); do echo $$r; [ $$r = $(1) ] && break; done | tac)
TEST_SRC := $(wildcard tests/unit/*.c tests/prop/*.c)
TEST_BIN := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_SRC))
define test_rule
$(BUILD)/tests/$(1)/$(2): $(BUILD)/obj/tests/$(1)/$(2).o $(wildcard tests/lib/*.c) \
		$(call of_window,$(2)) $(foreach r,$(call rooms_upto,$(firstword $(subst _, ,$(2)))),$(call room_lib,$(r)))
	@mkdir -p $$(@D)
	$(CC) $(LDFLAGS) -o $$@ $(BUILD)/obj/tests/$(1)/$(2).o $(call of_window,$(2)) \
		$(foreach r,$(call rooms_upto,$(firstword $(subst _, ,$(2)))),$(call room_lib,$(r))) $(LIBS) $(if $(filter window_%,$(2)),-lfcgi) -lcmocka
endef
$(foreach t,$(patsubst tests/%.c,%,$(TEST_SRC)),$(eval $(call test_rule,$(patsubst %/,%,$(dir $(t))),$(notdir $(t)))))

# Programs that scripts of tests/http start, to bring about what no command of Akta does.
HTTP_HELPERS := $(patsubst tests/http/%.c,$(BUILD)/tests/http/%,$(wildcard tests/http/*.c))
$(HTTP_HELPERS): $(BUILD)/tests/http/%: $(BUILD)/obj/tests/http/%.o $(LINK_ALL)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

tests-built: $(TEST_BIN) $(HTTP_HELPERS)
packages:
	@sh tests/lib/packages.sh build check
packages-build:
	@sh tests/lib/packages.sh build
check: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) all tests-built
	@sh tests/run.sh $(BUILD)

check-san: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) SAN=1 all tests-built
	@ASAN_OPTIONS=detect_stack_use_after_return=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1 \
		TEST_SECONDS=600 sh tests/run.sh build-san
check-valgrind: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) all tests-built
	@sh tests/lib/valgrind.sh build
check-fault: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) all build/tests/fault/shim.so
	@sh tests/fault/run.sh build $(FAULT_LIMIT)
# The pages in Chromium: axe-core, valid HTML, 320 pixels, dark, paper. SHOTS=folder keeps the pictures.
check-browser:
	@command -v npm >/dev/null || sh tests/lib/packages.sh npm
	@sh tests/lib/packages.sh build check browser
	@$(MAKE) --no-print-directory -s -j$$(nproc) all $(HTTP_HELPERS)
	@AKTA_BUILD=$(CURDIR)/build python3 tests/browser/run.py
# The short form of it, for continuous integration; skipped where there is no Chromium.
check-browser-brief:
	@sh tests/browser/brief.sh
# What Akta gives out, judged by programs that others wrote; skipped where they cannot be had.
check-others:
	@sh tests/others/check.sh
# Processes are killed, and the power goes: see tests/crash/run.sh.
check-crash: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) all build/tests/power.so
	@sh tests/crash/run.sh build $(or $(ROUNDS),60) $(or $(CUTS),100) $(or $(MOUNTS),2)
# Notices by e-mail, and everything that goes wrong with mail: see tests/mail/mail.py.
check-mail: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@AKTA_BUILD=$(CURDIR)/build ROUNDS=$(ROUNDS) python3 tests/mail/mail.py
# Citizens file while the responder is killed: see tests/load/load.py.
check-load: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@sh tests/load/run.sh build $(or $(SECONDS),10)

# ---- fuzzers: tests/fuzz/NAME.c, seeds in tests/fuzz/corpus/NAME; FUZZ_SECONDS each.
FUZZ_SECONDS ?= 60
FUZZ_BIN := $(patsubst tests/fuzz/%.c,build-fuzz/fuzz/%,$(wildcard tests/fuzz/*.c))
fuzz:
	@sh tests/lib/packages.sh build bench
	@$(MAKE) --no-print-directory -s -j$$(nproc) FUZZ=1 $(FUZZ_BIN)
	@sh tests/fuzz/run.sh build-fuzz $(FUZZ_SECONDS)
build-fuzz/fuzz/%: tests/fuzz/%.c $(WINDOW_LIB) $(LINK_ALL)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Iinclude -I. -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(WINDOW_LIB) $(LINK_ALL) $(LIBS) -lfcgi

# ---- benchmarks: yardsticks link only what they measure; ours (commit, scale) link the house.
BENCH_OURS := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/commit.c tests/bench/scale.c tests/bench/requests.c tests/bench/register_fill.c))
bench:
	@sh tests/lib/packages.sh build bench
	@$(MAKE) --no-print-directory -s -j$$(nproc) all bench-built
	@sh tests/bench/bench.sh $(BUILD)
bench-built: $(BUILD)/bench/corpus $(BUILD)/bench/commit_yardstick $(BUILD)/bench/slow_sync.so $(BENCH_OURS) \
		$(BUILD)/bench/fcgi_yardstick $(BUILD)/bench/window_load
$(BUILD)/bench/corpus: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/bench/corpus*.c))
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lm
$(BUILD)/bench/commit_yardstick: $(BUILD)/obj/tests/bench/commit_yardstick.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -ldb-5.3
$(BUILD)/bench/fcgi_yardstick $(BUILD)/bench/window_load: $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -lfcgi
$(BENCH_OURS): $(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(LINK_ALL)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) $(LINK_ALL) $(LIBS)
$(BUILD)/bench/scale: $(BUILD)/obj/tests/bench/scale_fill.o
$(BUILD)/bench/%.so: tests/bench/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(filter-out -fPIE,$(CFLAGS)) -fPIC -shared -o $@ $< -ldl
$(BUILD)/tests/power.so: $(wildcard tests/crash/power/*.c tests/crash/power/*.h)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fPIC -shared -o $@ $(filter %.c,$^)
$(BUILD)/tests/fault/%.so: tests/fault/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

cover:
	@sh tests/lib/packages.sh build check bench
	@$(MAKE) --no-print-directory -s -j$$(nproc) COVER=1 all tests-built
	@sh tests/run.sh build-cover
	@sh tests/lib/cover.sh build-cover

install: all
	install -D -m 755 $(BUILD)/akta $(DESTDIR)$(PREFIX)/bin/akta
	install -D -m 755 $(BUILD)/akta-fcgi $(DESTDIR)$(PREFIX)/sbin/akta-fcgi
	install -D -m 755 $(BUILD)/akta-inspect $(DESTDIR)$(PREFIX)/libexec/akta/akta-inspect
	install -D -m 755 $(BUILD)/akta-send $(DESTDIR)$(PREFIX)/libexec/akta/akta-send
	install -D -m 644 conf/office.conf $(DESTDIR)$(PREFIX)/share/akta/office.conf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/akta/nginx conf/nginx/akta.conf conf/nginx/akta-params.conf
	sed 's|@DATA@|/var/lib/akta|; s|@SITE@|$(PREFIX)/share/akta/site|' conf/nginx/akta-static.conf \
		>$(DESTDIR)$(PREFIX)/share/akta/nginx/akta-static.conf
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for u in akta.service akta.socket akta-daily.service akta-daily.timer; do \
		sed 's|=/usr/|=$(PREFIX)/|' conf/systemd/$$u >$(DESTDIR)$(PREFIX)/lib/systemd/system/$$u || exit 1; done
	install -D -m 644 conf/systemd/sysusers.conf $(DESTDIR)$(PREFIX)/lib/sysusers.d/akta.conf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/akta/site conf/site/*.html conf/site/akta.css
	install -D -m 644 $(BUILD)/akta.1 $(DESTDIR)$(PREFIX)/share/man/man1/akta.1
	install -D -m 644 $(BUILD)/akta.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/akta

lint:
	@for t in tests/lint/test_*.sh; do sh $$t || exit 1; done

clean:
	rm -rf build build-san build-fuzz build-cover

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
