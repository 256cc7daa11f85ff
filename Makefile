# Akta. One Makefile, no recursion. `make` builds, `make run` shows, `make check` tests; README.md names the rest.
# A room is a folder whose *.c become one static library; it may use the rooms before it in ROOMS and no other
# (tests/lint/rooms proves it, and so does the order at the link step).

ROOMS   := base store ledger record office command
SAN     ?=
BUILD   := build$(if $(SAN),-san,)
PREFIX  ?= /usr
DESTDIR ?=
DATA    ?= var/demo
PORT    ?= 8080

CC      := gcc
OPT     := $(if $(SAN),-O1 -fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer,-O2)
WARN    := -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-align=strict -Wcast-qual -Wvla \
           -Wformat=2 -Wundef -Wwrite-strings -Wimplicit-fallthrough=5 -Wlogical-op -Wduplicated-cond \
           -Wduplicated-branches -Wnull-dereference -Wswitch-enum -Wunused-macros
HARD    := -fstack-protector-strong -fstack-clash-protection -fPIE $(if $(SAN),,-D_FORTIFY_SOURCE=2)
CFLAGS  := -std=c17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -g -pthread $(OPT) $(WARN) $(HARD) $(EXTRA_CFLAGS)
LDFLAGS := -pie -pthread -Wl,-z,relro,-z,now,--as-needed $(if $(SAN),-fsanitize=address$(comma)undefined,)
LIBS    := -ldb-5.3 -lgcrypt -ldeflate -lz -ljansson -lunistring
comma   := ,

room_src  = $(wildcard archive/$(1)/*.c)
room_obj  = $(patsubst %.c,$(BUILD)/obj/%.o,$(call room_src,$(1)))
room_lib  = $(BUILD)/lib/libakta-$(1).a
ROOM_LIBS := $(foreach r,$(ROOMS),$(call room_lib,$(r)))
# The link order is the house turned round: a lower room cannot reach a higher one.
LINK_ALL := $(foreach r,command office record ledger store base,$(call room_lib,$(r)))

all: build/all-programs
.PHONY: all run check clean install bench check-san check-fault check-crash fuzz cover lint format packages
.SECONDARY:
.DELETE_ON_ERROR:

PROGRAMS := $(BUILD)/akta $(BUILD)/akta-fcgi $(BUILD)/akta-inspect
build/all-programs: $(PROGRAMS)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Iinclude -I$(<D) $(if $(filter tests/%,$<),-Itests/lib -I.,) -MMD -MP -c $< -o $@

# Dated law that ships with the program: conf/NAME.tsv becomes the symbols _binary_NAME_tsv_start and _end (dashes turn
# into underscores) inside the library of the room that reads it.
DATA_OF_record := plan retention-rules proposals
DATA_OF_office := holidays
data_obj = $(patsubst %,$(BUILD)/obj/data/%.o,$(DATA_OF_$(1)))
$(BUILD)/obj/data/%.o: conf/%.tsv
	@mkdir -p $(@D)
	cd conf && ld -r -b binary -z noexecstack -o $(CURDIR)/$@ $(<F)

define room_rule
$(call room_lib,$(1)): $(call room_obj,$(1)) $(call data_obj,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room_rule,$(r))))

# Message catalogues and the data the programs carry, as objects inside them.
$(BUILD)/po/%.mo: conf/po/%.po
	@mkdir -p $(@D)
	msgfmt --check --output-file=$@ $<
$(BUILD)/obj/po/%.o: $(BUILD)/po/%.mo
	@mkdir -p $(@D)
	cd $(<D) && ld -r -b binary -z noexecstack -o $(CURDIR)/$@ $(<F)

TOOL_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out archive/tool/inspect%.c,$(wildcard archive/tool/*.c)))
INSPECT_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard archive/tool/inspect*.c))
FCGI_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard fcgi/*.c))
PO_OBJ := $(BUILD)/obj/po/pl.o

$(BUILD)/akta: $(TOOL_OBJ) $(PO_OBJ) $(LINK_ALL)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/akta-fcgi: $(FCGI_OBJ) $(PO_OBJ) $(LINK_ALL)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lfcgi
$(BUILD)/akta-inspect: $(INSPECT_OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ -lmagic -lseccomp

# ---- tests: tests/unit/ROOM_*.c link that room and the rooms below it, nothing above.
rooms_upto = $(shell for r in $(ROOMS); do echo $$r; [ $$r = $(1) ] && break; done | tac)
TEST_SRC := $(wildcard tests/unit/*.c tests/prop/*.c)
TEST_BIN := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_SRC))
define test_rule
$(BUILD)/tests/$(1)/$(2): $(BUILD)/obj/tests/$(1)/$(2).o $(wildcard tests/lib/*.c) \
		$(foreach r,$(call rooms_upto,$(firstword $(subst _, ,$(2)))),$(call room_lib,$(r)))
	@mkdir -p $$(@D)
	$(CC) $(LDFLAGS) -o $$@ $(BUILD)/obj/tests/$(1)/$(2).o \
		$(foreach r,$(call rooms_upto,$(firstword $(subst _, ,$(2)))),$(call room_lib,$(r))) $(LIBS) -lcmocka
endef
$(foreach t,$(patsubst tests/%.c,%,$(TEST_SRC)),$(eval $(call test_rule,$(patsubst %/,%,$(dir $(t))),$(notdir $(t)))))

tests-built: $(TEST_BIN)
packages:
	@sh tests/lib/packages.sh build check
check: packages
	@$(MAKE) --no-print-directory -s -j$$(nproc) all tests-built
	@sh tests/run.sh $(BUILD)

lint:
	@sh tests/lint/run.sh

clean:
	rm -rf build build-san

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
