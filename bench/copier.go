package main

import (
	"errors"
	"fmt"
	"net"
	"sync"
)

// byteCopier is the least that a proxy can be: it accepts, connects, and copies bytes with a goroutine per direction. It
// is the measure for the relay of messages: what it loses is the price of any proxy on the same machine.
type byteCopier struct {
	listener net.Listener
	upstream string
	wg       sync.WaitGroup
}

// copyBuffer is the size of a read, in bytes, as in io.Copy. io.Copy itself would splice from socket to socket, at more
// system calls for each of the small messages that matter here.
const copyBuffer = 32 << 10

// startCopier serves until close; each connection ends with either of its peers.
func startCopier(upstream string) (*byteCopier, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("byte copier: %w", err)
	}
	c := &byteCopier{listener: ln, upstream: upstream}
	c.wg.Go(c.accept)
	return c, nil
}

func (c *byteCopier) port() int { return c.listener.Addr().(*net.TCPAddr).Port }

func (c *byteCopier) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return // closed
		}
		c.wg.Go(func() { c.serve(client) })
	}
}

func (c *byteCopier) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.upstream)
	if err != nil {
		return // pgbench reports that it was cut off
	}
	defer server.Close()
	c.wg.Go(func() { copyBytes(server, client) })
	copyBytes(client, server)
}

// copyBytes copies until either side ends and then closes both, which ends the opposite direction, too.
func copyBytes(to, from net.Conn) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, copyBuffer)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// close stops accepting and waits for the connections to end, which is up to their peers.
func (c *byteCopier) close() error {
	err := c.listener.Close()
	c.wg.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
