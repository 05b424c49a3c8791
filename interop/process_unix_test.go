//go:build unix

package interop

import (
	"os/exec"
	"syscall"
)

// killGroup makes the end of a command that of everything it has started.
func killGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
