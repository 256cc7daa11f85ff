# wnioski.sh: letters and what became of them, for the demonstration office; read by conf/run.sh, which sets $akta, $conf
# and $data. Invented, in the same words each time; the days count back from today, so that terms are near. Whoever wants
# to see a case as its sender does finds number and code in $data/demo-case.

demo_units='WA Wydział Administracji; ZP Biuro Zamówień Publicznych; OS Wydział Ochrony Środowiska'
demo_units="$demo_units; GK Wydział Gospodarki Komunalnej; WI Wydział Informatyki; OR Wydział Organizacyjny"

ago() { TZ=Europe/Warsaw date -d "$1 days ago" +%F; }
ahead() { TZ=Europe/Warsaw date -d "$1 days" +%F; }

# letter DAYS KIND CHANNEL CONTENT [OPTION…]: its number is in $number, its code in $code.
letter() {
    received=$(ago "$1") kind=$2 channel=$3 content=$4
    shift 4
    [ "$channel" = letter ] || [ "$channel" = counter ] || set -- --at 09:40 "$@"
    said=$("$akta" --json request register --kind "$kind" --channel "$channel" --received "$received" \
        --content "$content" "$@") || return 1
    number=$(printf '%s\n' "$said" | sed 's/.*"number":"\([^"]*\)".*/\1/')
    code=$(printf '%s\n' "$said" | sed 's/.*"secret":"\([^"]*\)".*/\1/')
}

# office VERB [OPTION…]: for the letter entered last.
office() {
    verb=$1
    shift
    "$akta" --json request "$verb" "$number" "$@" >/dev/null
}

fill_desk() {
    letter 14 foi e-mail "Proszę o umowy na odśnieżanie ulic zawarte od października 2025 r., z kwotami." \
        --email a.przykladowa@poczta.example.pl --name "Anna Przykładowa" &&
        office subject --text "Umowy na odśnieżanie ulic od października 2025 r." &&
        office assign --unit ZP &&
        office answer "$conf/demo/umowy-odsniezanie.csv" --text "Przekazujemy wykaz trzech umów z kwotami." &&
        office publish --text "Wykaz trzech umów z wykonawcami i kwotami." --file 1 &&
        office close || return 1

    letter 12 foi epuap "Na jakich zasadach urząd udostępnia informację publiczną? Proszę o zarządzenie burmistrza." &&
        office subject --text "Zasady udostępniania informacji publicznej" &&
        office assign --unit WA &&
        office answer "$conf/demo/zary-zarzadzenie-informacja-publiczna.txt" \
            --text "Przekazujemy zarządzenie w sprawie zasad udostępniania informacji publicznej." &&
        office publish --text "Zarządzenie w sprawie zasad udostępniania informacji publicznej." --file 1 || return 1

    letter 13 foi counter "Ile drzew wycięto na terenach gminy w latach 2023–2025 i ile posadzono?" &&
        office subject --text "Wycinka i nasadzenia drzew w latach 2023–2025" &&
        office assign --unit OS && printf '%s %s\n' "$number" "$code" >"$data/demo-case" || return 1

    letter 10 foi letter "Proszę o protokoły z przeglądów placów zabaw z ostatnich pięciu lat." \
        --name "Stowarzyszenie Nasze Podwórko" --street "Lipowa 3" --postal-code 00-950 --city "Brzozów Dolny" &&
        office subject --text "Przeglądy placów zabaw z ostatnich pięciu lat" &&
        office assign --unit GK &&
        office extend --until "$(ahead 30)" --reason "Protokoły trzeba wyjąć z archiwum i zanonimizować." || return 1

    letter 9 foi e-mail "Proszę o wyniki badania wody w studni przy ulicy Polnej 7." --email pytanie@poczta.example.pl &&
        office subject --text "Badanie wody w prywatnej studni" &&
        office not-held --text "Urząd nie bada prywatnych studni. Badania zleca ich właściciel." || return 1

    letter 6 reuse edelivery "Rozkłady jazdy autobusów gminnych jako dane." --purpose "Aplikacja dla pasażerów" \
        --format "GTFS" --organisation "Przystanek sp. z o.o." --email dane@przystanek.example.pl &&
        office subject --text "Rozkłady jazdy autobusów gminnych" && office assign --unit WI || return 1

    letter 8 complaint letter "Skarżę się na to, że na odpowiedź na moje pismo czekam od trzech miesięcy." \
        --name "Jan Wymyślony" --street "Krótka 5" --postal-code 00-950 --city "Brzozów Dolny" &&
        office assign --unit OR || return 1

    letter 20 petition epuap "Zainstalujcie stojaki na rowery przy szkole i przy bibliotece." \
        --name "Maria Zmyślona" --street "Szkolna 2" --postal-code 00-950 --city "Brzozów Dolny" \
        --email rowery@poczta.example.pl &&
        office subject --text "Stojaki na rowery przy szkole i bibliotece" || return 1

    letter 11 foi e-mail "Proszę o plan zimowego utrzymania dróg." --email kierowca@poczta.example.pl &&
        office withdraw --reason "Nadawca znalazł plan w BIP i wycofał wniosek." || return 1

    letter 1 foi e-mail "Ile kosztował festyn na rynku w sierpniu?" --email festyn@poczta.example.pl
}
