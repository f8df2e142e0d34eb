package main

import (
	"gopets/pets/vision/interpret"
	"gopets/pets/vision/model"
	"gopets/pets/wire"
)

func newSession() (*registry, error) {
	device, err := newDevice()
	if err != nil {
		return nil, err
	}
	files := new(lists)
	b := &builder{device: device, lists: files, nets: map[string]*model.Net{}}
	learners := &store{device: device, build: b.build, byName: map[string]*learner{}}
	predictor := &predictions{learners: learners}
	interp := &interps{learners: learners, byName: map[string]*interpretation{}}
	device.parked = func() error {
		predictor.close()
		return learners.park(nil)
	}

	r := &registry{device: device, handlers: map[string]handler{}}
	handle(r, wire.ShowEngine, device.show)
	handle(r, wire.HasXLA, device.hasXLA)

	handle(r, wire.Files, files.take)
	handle(r, wire.UntarData, untar)
	handle(r, wire.VerifyImages, verify)
	handle(r, wire.Describe, on(files.split, dataInfo))
	handle(r, wire.ShowBatch, show(files.split, batch))
	handle(r, wire.ShowTable, table)

	handle(r, wire.Create, learners.create)
	handle(r, wire.Summary, show(learners.ofNew, summary))
	handle(r, wire.Freeze, on(learners.ofNew, freeze))
	handle(r, wire.Load, learners.load)
	handle(r, wire.Save, on(learners.of, save))
	handle(r, wire.Export, on(learners.of, export))
	handle(r, wire.ShowResults, show(learners.of, results))

	handle(r, wire.Fit, on(learners.ofNew, fit))
	handle(r, wire.Find, on(learners.ofNew, find))
	handle(r, wire.Rows, read(learners.of, (*learner).rows))
	handle(r, wire.PlotFind, show(learners.of, searchChart))
	handle(r, wire.PlotLosses, show(learners.lastRun, lossChart))
	handle(r, wire.PlotLR, show(learners.lastRun, rateChart))
	handle(r, wire.PlotMetrics, show(learners.lastRun, metricChart))

	handle(r, wire.ShowImage, show(decode, imageChart))
	handle(r, wire.Predict, on(predictor.of, predict))
	handle(r, wire.PredictFiles, on(predictor.of, predictMany))
	handle(r, wire.ExportONNX, on(predictor.of, onnx))
	handle(r, wire.Exported, read(predictor.of, about))

	handle(r, wire.Validate, read(interp.validate, (*interpret.Interpretation).Score))
	handle(r, wire.Interpret, read(interp.get, (*interpretation).Score))
	handle(r, wire.Confusion, read(interp.get, (*interpretation).confusion))
	handle(r, wire.MostConfused, on(interp.get, mostConfused))
	handle(r, wire.TopLosses, show(interp.get, interp.topLosses))
	handle(r, wire.Matrix, show(interp.get, matrix))
	handle(r, wire.Interactive, show(interp.get, interactive))
	handle(r, wire.Report, show(interp.get, report))
	return r, nil
}

// free names the methods that need neither the device nor anything that lives on it.
var free = map[string]bool{wire.Files.Name: true, wire.UntarData.Name: true,
	wire.VerifyImages.Name: true, wire.ShowTable.Name: true, wire.ShowImage.Name: true}
