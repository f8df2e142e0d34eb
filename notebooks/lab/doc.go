// Package lab is a test: the notebook in the real JupyterLab, in a real browser.
//
//	go test ./notebooks/lab -lab -v
//
// It installs the kernel for a JupyterLab of its own with `nb install --prefix`, opens a copy of
// pets.ipynb with small parameters in headless Chromium, restarts and runs all cells, watches the
// bars, finds every image, saves, and opens the saved file once more in a JupyterLab that does not
// trust it. It takes minutes, so it runs on request only. -artifacts -outputdir DIR keeps the
// screenshots; -venv DIR names a virtual environment that has JupyterLab (else one is made in the
// cache folder, for which pip needs network); -update makes the README's image anew from the
// executed notebook in notebooks/executed.
//
// # Tried and dropped
//
//   - Playwright: two hundred megabytes more, a second language, and its own browser; the dozen
//     calls needed fit in one small file.
//   - chromedp: it talks to Chromium over a WebSocket, a port that everybody on the machine can
//     reach. Chromium's pipe needs no port.
package lab
