// Package lab is a test: the notebook in the real JupyterLab, in a real browser.
//
//	go test ./notebooks/lab -lab -v
//
// It offers the kernel to a JupyterLab of its own with `nb install --prefix`, opens a copy of
// pets.ipynb with small parameters in headless Chromium, restarts and runs all cells, sees the bars
// move, finds every picture, saves, and opens the saved file once more in a JupyterLab that does
// not trust it. Minutes, so it has to be asked for. -artifacts -outputdir DIR keeps the
// screenshots; -venv DIR names a virtual environment that has JupyterLab (else one is made in the
// cache folder, for which pip needs network); -update takes the README's picture anew from the
// executed notebook in notebooks/executed.
//
// # How it is made
//
// browser_test.go drives Chromium over the DevTools protocol, jupyter_test.go starts JupyterLab,
// lab_test.go says what has to be seen.
//
// # Tried and left
//
//   - Playwright: two hundred megabytes more, a second language, and its own browser; the dozen
//     calls that are needed fit in one small file.
//   - The protocol over a WebSocket: a port that everybody on the machine can reach. Chromium's
//     pipe needs none, and no package either.
package lab
