package main

import (
	"path/filepath"

	"gopets/kernelext/session"
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/model"
	"gopets/pets/vision/train"
	"gopets/pets/wire"
)

func newSession() (*registry, error) {
	device, err := newDevice()
	if err != nil {
		return nil, err
	}
	home := session.DataDir()
	data := &datasets{home: home}
	b := &builder{home: home, device: device, data: data, nets: map[string]*model.Net{}}
	learners := &store{device: device, build: b.build, byName: map[string]*learner{}}
	epochs := snapshots(filepath.Join(home, "snapshots"))
	predictions := &predictions{learners: learners}
	interps := &interps{learners: learners, byName: map[string]*interpretation{}}
	device.parked = func() error {
		predictions.close()
		return learners.park(nil)
	}

	r := &registry{device: device, handlers: map[string]handler{}}
	handle(r, wire.ShowEngine, device.show)
	handle(r, wire.HasXLA, device.hasXLA)

	handle(r, wire.Files, data.take)
	handle(r, wire.UntarData, data.untar)
	handle(r, wire.VerifyImages, verify)
	handle(r, wire.Describe, on(data.of, dataInfo))
	handle(r, wire.ShowBatch, show(data.of, batch))
	handle(r, wire.ShowTable, table)

	handle(r, wire.Create, learners.create)
	handle(r, wire.Summary, show(learners.ofNew, summary))
	handle(r, wire.Freeze, on(learners.ofNew, freeze))
	handle(r, wire.Load, learners.load)
	handle(r, wire.Save, on(learners.of, toFile((*train.Learner).Save)))
	handle(r, wire.Export, on(learners.of, toFile((*train.Learner).Export)))
	handle(r, wire.ShowResults, show(learners.of, results))

	handle(r, wire.Fit, on(learners.ofNew, epochs.fit))
	handle(r, wire.Find, on(learners.ofNew, find))
	handle(r, wire.Rows, read(learners.of, (*learner).rows))
	handle(r, wire.PlotFind, show(learners.of, searchChart))
	handle(r, wire.PlotLosses, show(learners.lastRun, lossChart))
	handle(r, wire.PlotLR, show(learners.lastRun, rateChart))
	handle(r, wire.PlotMetrics, show(learners.lastRun, metricChart))

	handle(r, wire.ShowImage, show(decode, imageChart))
	handle(r, wire.Predict, on(predictions.of, predict))
	handle(r, wire.PredictFiles, on(predictions.of, predictMany))
	handle(r, wire.ExportONNX, on(predictions.of, onnx))
	handle(r, wire.Exported, read(predictions.of, about))

	handle(r, wire.Validate, read(interps.validate, (*interpret.Interpretation).Score))
	handle(r, wire.Interpret, read(interps.get, (*interpretation).Score))
	handle(r, wire.Confusion, read(interps.get, (*interpretation).confusion))
	handle(r, wire.MostConfused, on(interps.get, mostConfused))
	handle(r, wire.TopLosses, show(interps.get, interps.topLosses))
	handle(r, wire.Matrix, show(interps.get, matrix))
	handle(r, wire.Interactive, show(interps.get, interactive))
	handle(r, wire.Report, show(interps.get, report))
	return r, nil
}

// free names the methods that need neither the device nor anything that lives on it.
var free = map[string]bool{wire.Files.Name: true, wire.UntarData.Name: true,
	wire.VerifyImages.Name: true, wire.ShowTable.Name: true, wire.ShowImage.Name: true}
