package main

import (
	"slices"
	"time"
)

// median returns the middle value, or the mean of the two in the middle; 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}

// tps is the median throughput of a contender, in transactions a second.
func (r *result) tps(c contender) float64 {
	var v []float64
	for _, s := range r.samples[c] {
		v = append(v, s.tps)
	}
	return median(v)
}

// cpu is the median of keyaside's processor time per transaction.
func (r *result) cpu(c contender) time.Duration {
	var v []float64
	for _, s := range r.samples[c] {
		v = append(v, float64(s.cpu))
	}
	return time.Duration(median(v))
}

// ratios are one contender's throughput divided by another's in the same round, by round.
func (r *result) ratios(over, under contender) []float64 {
	var v []float64
	for i := range min(len(r.samples[over]), len(r.samples[under])) {
		v = append(v, r.samples[over][i].tps/r.samples[under][i].tps)
	}
	return v
}

// ratio is the median of ratios. It is not the ratio of the medians, which may come from rounds in which the machine had
// different things to do.
func (r *result) ratio(over, under contender) float64 { return median(r.ratios(over, under)) }
