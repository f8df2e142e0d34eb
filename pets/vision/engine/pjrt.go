//go:build cgo && !noxla && ((linux && (amd64 || arm64)) || (darwin && arm64) || (windows && amd64))

package engine

import (
	_ "github.com/gomlx/go-xla/compute/xla" // registers "xla"
	"github.com/gomlx/go-xla/installer"
	"github.com/gomlx/go-xla/pjrt"
)

// withXLA reports whether this program can load plugins.
const withXLA = true

// headerVersion is the PJRT version of the C header in go-xla v0.4.2, which it does not export.
func headerVersion() (major, minor int) { return 0, 104 }

func pluginVersion(path string) (major, minor int, err error) {
	plugin, err := pjrt.GetPlugin(path)
	if err != nil {
		return 0, 0, err
	}
	major, minor = plugin.Version()
	return major, minor, nil
}

// installCPU runs go-xla's installer (a GitHub release of the version pinned by the go-xla module)
// into dir.
func installCPU(dir string) error { return installer.CPUAutoInstall(dir, false, installer.Quiet) }
