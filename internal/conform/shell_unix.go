//go:build unix

package conform

import (
	"os/exec"
	"syscall"
)

// shell runs a command line in a process group of its own, so that all of it can
// be ended.
func shell(command string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
