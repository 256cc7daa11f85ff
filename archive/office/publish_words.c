/* publish_words.c: the fixed words of published documents: names that stand in files and addresses, and the sentences
 * that say how the data of a register are given. Owns nothing and cannot fail. */
#include "office.h"

const char *published_kind_name(enum published_kind k)
{
    static const char *const names[PUBLISHED_KIND_COUNT] = {[PUBLISHED_CARD] = "card",
                                                            [PUBLISHED_REGISTER] = "register",
                                                            [PUBLISHED_RULE] = "access-rule",
                                                            [PUBLISHED_TEXT] = "text"};
    return (size_t)k < PUBLISHED_KIND_COUNT ? names[k] : "";
}

const char *published_status_name(enum published_status s)
{
    switch (s) {
        case PUBLISHED_CURRENT:
            return "current";
        case PUBLISHED_HISTORICAL:
            return "historical";
        case PUBLISHED_WITHDRAWN:
            return "withdrawn";
    }
    return "";
}

const char *appeal_kind_name(enum appeal_kind k)
{
    switch (k) {
        case APPEAL_ODWOLANIE:
            return "odwołanie";
        case APPEAL_ZAZALENIE:
            return "zażalenie";
        case APPEAL_SKARGA:
            return "skarga";
        case APPEAL_SPRZECIW:
            return "sprzeciw";
        case APPEAL_NONE:
            break;
    }
    return "";
}

const char *access_mode_name(enum access_mode m)
{
    switch (m) {
        case ACCESS_BIP:
            return "bip";
        case ACCESS_FOI:
            return "foi";
        case ACCESS_PARTY:
            return "party";
        case ACCESS_STAT:
            return "stat";
        case ACCESS_SELF:
            return "self";
        case ACCESS_SECRET:
            return "secret";
        case ACCESS_POINTER:
            return "pointer";
    }
    return "";
}

static const char *access_sentence(enum access_mode m)
{
    switch (m) {
        case ACCESS_BIP:
            return N_("Published in the Public Information Bulletin (BIP).");
        case ACCESS_FOI:
            return N_("Anyone can ask. The office first covers personal data that the law protects.");
        case ACCESS_PARTY:
            return N_("Only for the parties of the case, in the files of the case.");
        case ACCESS_STAT:
            return N_("Only for those whom a special act entitles, on a signed request.");
        case ACCESS_SELF:
            return N_("You can get the data about yourself.");
        case ACCESS_SECRET:
            return N_("Classified. The office does not give these data.");
        case ACCESS_POINTER:
            return N_("The office no longer keeps this register. The note says who does.");
    }
    return "";
}

const char *access_mode_sentence(enum access_mode m, enum lang lang)
{
    const char *s = access_sentence(m);
    return s[0] == '\0' ? s : tr(lang, s);
}
