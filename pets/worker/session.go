package main

import (
	"path/filepath"

	"gopets/kernelext/session"
	"gopets/pets/vision/dataset"
	"gopets/pets/vision/model"
)

func newSession() (*registry, error) {
	device, err := newDevice()
	if err != nil {
		return nil, err
	}
	home := session.DataDir()
	data := &datasets{home: home, splits: map[string]*dataset.Split{}}
	b := &builder{home: home, device: device, data: data, nets: map[string]*model.Net{}}
	learners := &store{device: device, build: b.build, byName: map[string]*learner{}}
	images := &predictions{learners: learners, device: device}
	device.parked = func() error {
		images.close()
		return learners.makeRoom(nil)
	}
	r := &registry{device: device, handlers: map[string]handler{}}
	for _, part := range []interface{ register(*registry) }{
		device, data, learners, images,
		&fits{learners, filepath.Join(home, "snapshots")},
		&interps{learners: learners, byName: map[string]*interpretation{}},
	} {
		part.register(r)
	}
	return r, nil
}
