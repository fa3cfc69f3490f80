// A piece of work done raw and through databased, in turn, in one run: what is printed is the ratio of their medians.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include <benchmark/benchmark.h>

namespace benchmarks {

/// Collects the times of both sides.
class Pair {
  public:
    explicit Pair(benchmark::State& state) : state_(state) {}

    /// `raw` and `ours` each do `operations` operations once. Who goes first changes from round to round.
    template <class Raw, class Ours>
    void round(Raw raw, Ours ours) {
        const bool raw_first = raw_.size() % 2 == 0;
        if (raw_first) raw_.push_back(time_of(raw));
        ours_.push_back(time_of(ours));
        if (!raw_first) raw_.push_back(time_of(raw));
        state_.SetIterationTime(ours_.back());
    }

    /// ratio: the speed of databased, where raw is 1.
    void report(double operations) {
        const double raw = median(raw_);
        const double ours = median(ours_);
        state_.counters["raw_us"] = raw / operations * 1e6;
        state_.counters["databased_us"] = ours / operations * 1e6;
        state_.counters["ratio"] = raw / ours;
    }

  private:
    template <class Work>
    static double time_of(Work& work) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    static double median(std::vector<double> times) {
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        return *middle;
    }

    benchmark::State& state_;
    std::vector<double> raw_;
    std::vector<double> ours_;
};

}  // namespace benchmarks
