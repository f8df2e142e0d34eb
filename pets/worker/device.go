package main

import (
	"cmp"
	"fmt"
	"log"
	"math"
	"os"
	"time"

	"gopets/pets/vision/engine"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

type device struct {
	turn   chan struct{} // held by the call that uses the device
	idle   time.Duration // after so long without a call the engine is closed
	timer  *time.Timer   // closes it
	parked func() error  // makes everything leave the device

	dir    string // the session's private folder
	eng    *engine.Engine
	graphs *train.Graphs // compiled functions, shared by the learners of a network
	shown  bool          // the engine was printed
}

func newDevice() (*device, error) {
	text := cmp.Or(os.Getenv("GOPETS_IDLE"), "15m")
	idle, err := time.ParseDuration(text)
	if err != nil || idle < 0 {
		return nil, fmt.Errorf("GOPETS_IDLE is %q, want a duration such as 15m, or 0 to keep "+
			"the device", text)
	}
	d := &device{turn: make(chan struct{}, 1), idle: cmp.Or(idle, math.MaxInt64)}
	d.timer = time.AfterFunc(d.idle, d.close)
	return d, nil
}

func (d *device) acquire(c *call) (release func(), err error) {
	select {
	case d.turn <- struct{}{}:
	case <-time.After(500 * time.Millisecond):
		c.say("waiting: the session is working for another cell")
		select {
		case d.turn <- struct{}{}:
		case <-c.Done():
			return nil, cancelled("it had not started")
		}
	}
	d.dir = c.Dir
	return func() { <-d.turn }, nil
}

func (d *device) close() {
	select {
	case d.turn <- struct{}{}:
	default:
		return // a call is running, and the time starts anew after it
	}
	defer func() { <-d.turn }()
	if d.eng == nil {
		return
	}
	if err := d.parked(); err != nil {
		log.Printf("idle: the device is kept: %v", err)
		return
	}
	d.graphs.Close()
	d.eng.Close()
	d.eng = nil
	log.Printf("idle for %v: the device is released", d.idle)
}

func (d *device) engine(c *call) (*engine.Engine, error) {
	if err := d.open(); err != nil {
		return nil, err
	}
	if !d.shown {
		d.shown = true
		c.say("engine: %s", d.eng.Title())
		for _, n := range d.eng.Notes {
			c.say("  %s", n)
		}
	}
	return d.eng, nil
}

func (d *device) open() error {
	if d.eng != nil {
		return nil
	}
	eng, err := engine.Open(engine.Options{
		Log: func(line string) { log.Print("engine: ", line) }})
	d.eng, d.graphs = eng, &train.Graphs{}
	return err
}

func (d *device) show(c *call, _ wire.None) (none wire.None, err error) {
	d.shown = false
	_, err = d.engine(c)
	return none, err
}

func (d *device) hasXLA(*call, wire.None) (bool, error) {
	err := d.open()
	return err == nil && d.eng.Name != engine.Go, err
}
