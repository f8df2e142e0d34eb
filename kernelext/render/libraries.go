package render

import (
	"maps"
	"slices"
	"strings"

	"gopets/kernelext/notebook"
)

// libraries are recognised by a word in their scripts; those based on another come first.
var libraries = []struct{ word, what string }{
	{"plotly", "a Plotly chart"},
	{"folium", "a folium map"},
	{"leaflet", "a Leaflet map"},
	{"vega", "a Vega chart (Altair)"},
	{"bokeh", "a Bokeh chart"},
	{"echarts", "an ECharts chart"},
	{"highcharts", "a Highcharts chart"},
	{"google.visualization", "a Google chart"},
	{"pyvis", "a pyvis network"},
	{"vis-network", "a pyvis network"},
	{"kepler.gl", "a kepler.gl map"},
	{"deck.gl", "a deck.gl map"},
	{"ldavis", "a pyLDAvis chart"},
	{"mpld3", "an mpld3 chart"},
	{"shap", "a SHAP chart"},
	{"datatables", "an interactive table (DataTables)"},
	{"py3dmol", "a py3Dmol molecule"},
	{"3dmol", "a py3Dmol molecule"},
	{"three.js", "a three.js scene"},
	{"d3.", "a D3 drawing"},
}

func libraryIn(script string) string {
	script = strings.ToLower(script)
	for _, l := range libraries {
		if strings.Contains(script, l.word) {
			return l.what
		}
	}
	return ""
}

func (f *foreign) note() string {
	switch {
	case f.library != "" && !f.large:
		return missing(f.library)
	case f.script && !f.shown && !f.noted:
		return missing("an output of a script")
	}
	return ""
}

func missing(what string) string {
	return "Not shown: " + what + ", which needs a live Jupyter."
}

var scripted = []struct{ prefix, what string }{
	{"application/vnd.jupyter.widget", "a Jupyter widget"},
	{"application/vnd.vega", "a Vega chart (Altair)"},
	{"application/vnd.plotly", "a Plotly chart"},
	{"application/vnd.bokeh", "a Bokeh chart"},
	{"application/vnd.holoviews", "a HoloViews chart"},
	{"application/geo+json", "a GeoJSON map"},
	{"application/javascript", "JavaScript"},
	{"text/javascript", "JavaScript"},
	{"application/pdf", "a PDF document"},
	{"video/", "a video"},
	{"audio/", "a sound"},
}

func knownForm(mime string) string {
	for _, known := range scripted {
		if strings.HasPrefix(mime, known.prefix) {
			return known.what
		}
	}
	return ""
}

// otherForm describes an output that a page cannot show, "" if it has no form at all.
func otherForm(o notebook.Output) string {
	types := slices.Sorted(maps.Keys(o.Data))
	for _, mime := range types {
		if what := knownForm(mime); what != "" {
			return missing(what)
		}
	}
	types = slices.DeleteFunc(types, func(mime string) bool { return mime == "text/plain" })
	if len(types) == 0 {
		return ""
	}
	return "Not shown: an output of the type " + shortened(types[0]) + "."
}
