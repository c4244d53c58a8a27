/* The commands on the landing page name the server that they were read from. */
for (const place of document.querySelectorAll('[data-origin]')) place.textContent = location.origin
