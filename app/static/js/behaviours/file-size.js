/* Says before it is sent that a file is too large, so that nobody waits for an answer that is known. */
(() => {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-behaviour='file-size']");
    if (!form || event.target.type !== "file") return;
    const [file] = event.target.files;
    const most = Number(form.dataset.megabytes);
    const isTooLarge = file && file.size > most * 1024 * 1024;
    event.target.setCustomValidity(isTooLarge ? `“${file.name}” has ${Math.ceil(file.size / 1048576)} MB. Files have at most ${most} MB: choose a smaller one, such as a photo or a PDF.` : "");
    event.target.reportValidity();
  });
})();
