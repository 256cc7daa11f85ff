<?php
// card.php: one service card out of SQLite, as a small PHP site would serve it: one query for the card, one for its texts,
// each escaped on its way out; the connection is kept, the code is in opcache. The page is made as long as ours.
$db = new PDO('sqlite:' . $_SERVER['CARD_DATABASE'], null, null, [PDO::ATTR_PERSISTENT => true]);
$of_card = $db->prepare('SELECT title, etag, bytes FROM card WHERE slug = ?');
$of_card->execute([basename($_SERVER['DOCUMENT_URI'])]);
$card = $of_card->fetch(PDO::FETCH_ASSOC);
if ($card === false) {
    http_response_code(404);
    exit;
}
$of_line = $db->prepare('SELECT tag, text FROM line WHERE slug = ? ORDER BY place');
$of_line->execute([basename($_SERVER['DOCUMENT_URI'])]);
$page = '<!doctype html><html lang="pl"><head><title>' . htmlspecialchars($card['title']) . '</title></head><body>';
while ($line = $of_line->fetch(PDO::FETCH_ASSOC)) {
    $page .= '<' . $line['tag'] . '>' . htmlspecialchars($line['text']) . '</' . $line['tag'] . ">\n";
}
$page = str_pad($page . '</body></html>', $card['bytes']);
header('Content-Type: text/html; charset=utf-8');
header('Content-Length: ' . strlen($page));
header('ETag: ' . $card['etag']);
header('Cache-Control: public, max-age=60');
header("Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    . "base-uri 'none'; frame-ancestors 'none'");
header('X-Content-Type-Options: nosniff');
header('X-Frame-Options: DENY');
header('Referrer-Policy: no-referrer');
header('Cross-Origin-Opener-Policy: same-origin');
header('Cross-Origin-Resource-Policy: same-origin');
header('Permissions-Policy: camera=(), geolocation=(), microphone=()');
echo $page;
