/* Checking a document: computes the SHA-256 of the chosen file in the browser, so that only the digest is sent. Without
   this script, without its means, or for a very large file the form is sent as it is and the server computes it. */
(function () {
  "use strict";
  var MOST = 268435456; /* larger files would have to fit into memory whole */
  var file = document.getElementById("plik"), digest = document.getElementById("skrot");
  var here = document.getElementById("plik-here"), there = document.getElementById("plik-hint");
  var busy = document.getElementById("plik-busy");
  var form = file && file.form;
  if (!form || !digest || !here || !there || !busy || !window.crypto || !window.crypto.subtle) return;
  there.textContent = here.textContent;

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (b) {
      return (b + 256).toString(16).slice(1);
    }).join("");
  }

  form.addEventListener("submit", function (event) {
    var chosen = file.files && file.files[0];
    if (!chosen || chosen.size === 0 || chosen.size > MOST) return;
    event.preventDefault();
    busy.hidden = false;
    chosen.arrayBuffer().then(function (bytes) {
      return window.crypto.subtle.digest("SHA-256", bytes);
    }).then(function (sum) {
      digest.value = hex(sum);
      file.disabled = true;
      form.submit();
    }).catch(function () {
      form.submit();
    });
  });

  /* A file may be dropped anywhere on the form. */
  form.addEventListener("dragover", function (event) { event.preventDefault(); });
  form.addEventListener("drop", function (event) {
    if (event.target.type === "file" || !event.dataTransfer || event.dataTransfer.files.length !== 1) return;
    event.preventDefault();
    file.files = event.dataTransfer.files;
  });

  /* Back from the answer: the page may come out of the browser's memory. */
  window.addEventListener("pageshow", function () {
    file.disabled = false;
    busy.hidden = true;
  });
})();
