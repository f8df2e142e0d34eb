package lab

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gopets/kernelext/session"
)

// labVersion is the JupyterLab that is installed where -venv names none.
const labVersion = "4.6.6"

// python returns the interpreter of a virtual environment that has JupyterLab, and makes one if
// need be. Where that cannot be, the test is skipped.
func python(t *testing.T) string {
	t.Helper()
	dir := *venv
	if dir == "" {
		dir = filepath.Join(session.CacheDir(), "jupyterlab-"+labVersion)
	}
	program := filepath.Join(dir, "bin", "python")
	if exec.Command(program, "-m", "jupyter", "lab", "--version").Run() == nil {
		return program
	}
	if *venv != "" {
		t.Fatalf("-venv %s has no JupyterLab: run %s -m pip install jupyterlab==%s", dir, program,
			labVersion)
	}
	base, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here: JupyterLab needs it")
	}
	if out, err := exec.Command(base, "-m", "venv", dir).CombinedOutput(); err != nil {
		t.Skipf("no virtual environment can be made (Debian: apt-get install python3-venv): %v\n%s",
			err, out)
	}
	if out, err := exec.Command(program, "-m", "pip", "install", "--quiet",
		"--disable-pip-version-check", "jupyterlab=="+labVersion).CombinedOutput(); err != nil {
		t.Skipf("pip cannot install JupyterLab here: %v\n%s", err, out)
	}
	return program
}

// installKernel offers the kernel under a folder of its own, as `nb install --prefix` does for
// anybody.
func installKernel(t *testing.T) (prefix string) {
	t.Helper()
	prefix = t.TempDir()
	cmd := exec.Command("go", "run", "./kernelext/nb", "install", "--prefix", prefix)
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nb install: %v\n%s", err, out)
	}
	return prefix
}

// A server is a running JupyterLab. Two servers share nothing that the test does not give them: one
// does not trust what the other signed.
type server struct{ URL, Token string }

// startLab starts JupyterLab in a folder with the kernels of prefix ("": none). It ends with the
// test.
func startLab(t *testing.T, python, dir, prefix string) server {
	t.Helper()
	private := t.TempDir()
	runtimeDir := filepath.Join(private, "runtime")
	settings := filepath.Join(private, "settings")
	quiet := filepath.Join(settings, "@jupyterlab", "apputils-extension")
	if err := os.MkdirAll(quiet, 0o755); err != nil {
		t.Fatal(err)
	}
	// No question about news, which would cover the images.
	if err := os.WriteFile(filepath.Join(quiet, "notification.jupyterlab-settings"),
		[]byte(`{"fetchNews": "false", "checkForUpdates": false}`), 0o644); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(t.ArtifactDir(), "jupyterlab-"+
		filepath.Base(filepath.Dir(private))+filepath.Base(private)+".log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-m", "jupyter", "lab", "--no-browser", "--ServerApp.port=0",
		"--ServerApp.port_retries=0", "--LabApp.expose_app_in_browser=True",
		"--ServerApp.root_dir="+dir, "--allow-root")
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	// The folder of the notebooks' copies has no module around it.
	cmd.Env = append(os.Environ(), "NB_WORKSPACE="+root, "JUPYTER_PATH="+filepath.Join(prefix,
		"share", "jupyter"),
		"JUPYTER_DATA_DIR="+filepath.Join(private, "data"),
		"JUPYTER_CONFIG_DIR="+filepath.Join(private, "config"), "JUPYTER_RUNTIME_DIR="+runtimeDir,
		"JUPYTERLAB_SETTINGS_DIR="+settings,
		"JUPYTERLAB_WORKSPACES_DIR="+filepath.Join(private, "workspaces"))
	cmd.Stdout, cmd.Stderr = log, log
	// an interrupt of the test is not an interrupt of the kernels
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		waitOrKill(cmd, 20*time.Second)
		log.Close()
	})
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(
		200 * time.Millisecond) {
		files, _ := filepath.Glob(filepath.Join(runtimeDir, "jpserver-*.json"))
		if len(files) == 0 {
			continue
		}
		var s server
		if text, err := os.ReadFile(files[0]); err == nil && json.Unmarshal(text, &s) == nil &&
			s.URL != "" {
			return s
		}
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("JupyterLab did not start within two minutes:\n%s", text)
	return server{}
}
