// Statements that are stopped by the thousand, and what is known of them afterwards.
#pragma once

#include "faults.hpp"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace faults {

/// Some milliseconds of reading; gives 3 * `number`.
inline constexpr const char* storm_read =
    "SELECT CAST(? AS bigint) * 3 + count(*) - 2000 FROM generate_series(1, 2000)";
/// The same, and then a row.
inline constexpr const char* storm_write =
    "INSERT INTO written SELECT ? FROM (SELECT count(*) AS c FROM generate_series(1, 5000)) AS n WHERE c > 0";

/// When to stop: half of all stops shall come in time.
class Moment {
  public:
    int turns() { return static_cast<int>(random_() % static_cast<unsigned>(turns_)); }
    void learn(bool was_stopped) { turns_ = std::clamp(turns_ * (was_stopped ? 1.05 : 0.95), 16.0, 50'000.0); }

  private:
    double turns_ = 1'000;
    std::minstd_rand random_{4711};
};

/// What all stoppers do together.
class Storm {
  public:
    explicit Storm(Database& database) : database_(database) {}

    /// May be called again: how many stops come in time is up to the machine.
    Task<> run(int stops) {
        left_ = stops;
        std::vector<Task<>> work;
        for (int i = 0; i < 12; ++i) work.push_back(stop_reads());
        for (int i = 0; i < 4; ++i) work.push_back(stop_writes());
        for (int i = 0; i < 4; ++i) work.push_back(read_undisturbed());
        co_await when_all(std::move(work));
    }

    const std::set<int>& done() const noexcept { return done_; }
    int stopped_reads() const noexcept { return stopped_reads_; }
    int stopped_writes() const noexcept { return stopped_writes_; }
    int neighbours() const noexcept { return neighbours_; }

  private:
    int next_number() noexcept { return ++number_; }

    Task<> read_once(int number) {
        const auto answer = co_await database_.fetch_val<std::int64_t>(storm_read, number);
        EXPECT_EQ(answer, 3 * number);
    }
    Task<> write_once(int number) {
        const Result result = co_await database_.execute(storm_write, number);
        EXPECT_EQ(result.rows_affected, 1);
    }

    Task<> stop_reads() {
        while (left_-- > 0) {
            const bool stopped = co_await is_stopped_after(read_moment_.turns(), read_once(next_number()));
            read_moment_.learn(stopped);
            stopped_reads_ += stopped ? 1 : 0;
        }
    }
    Task<> stop_writes() {
        while (left_-- > 0) {
            const int number = next_number();
            const bool stopped = co_await is_stopped_after(write_moment_.turns(), write_once(number));
            write_moment_.learn(stopped);
            if (stopped) {
                ++stopped_writes_;
            } else {
                done_.insert(number);
            }
        }
    }
    Task<> read_undisturbed() {
        while (left_ > 0) {
            co_await read_once(next_number());
            ++neighbours_;
        }
    }

    Database& database_;
    int left_ = 0;
    Moment read_moment_;
    Moment write_moment_;
    int number_ = 0;
    std::set<int> done_;
    int stopped_reads_ = 0;
    int stopped_writes_ = 0;
    int neighbours_ = 0;
};

/// That the table has what was reported as done, and nothing else.
inline Task<> expect_truth(Database& database, const Storm& storm) {
    const auto written = co_await database.fetch_all<int>("SELECT number FROM written ORDER BY number");
    EXPECT_EQ(written, std::vector<int>(storm.done().begin(), storm.done().end()));
}

}  // namespace faults
