// How rows get from the worker to their sink, and who wants a job to end; without a worker.
#include "job_rows.hpp"
#include "stop_wish.hpp"

#include "support/cells.hpp"

#include <databased/error.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using backend::Verb;
using sqlite::JobRows;
using sqlite::StopWish;

/// What it was told: "c" for columns, the first value of each row.
class NotingSink final : public RowSink {
  public:
    void on_columns(const std::shared_ptr<const detail::ColumnSet>&) override { told += "c"; }
    void on_rows(std::unique_ptr<RowBatch> batch) override {
        for (std::size_t i = 0; i < batch->rows(); ++i) told += std::to_string(batch->row(i)[0].integer);
        if (throws) throw std::runtime_error("enough");
    }
    void on_restart() override {}

    std::string told{};
    bool throws = false;
};

std::shared_ptr<const detail::ColumnSet> one_column() {
    auto columns = std::make_shared<detail::ColumnSet>();
    columns->columns = {{"n"}};
    return columns;
}

void add_row(JobRows& rows, std::int64_t number) { rows.batch().add_row()[0] = support::integer(number); }

TEST(JobRows, AreToldInTheirOrderBehindTheColumns) {
    NotingSink sink;
    JobRows rows{&sink};
    rows.set_columns(one_column());
    add_row(rows, 1);
    rows.tell(rows.take_batch());
    add_row(rows, 2);
    rows.keep(rows.take_batch());
    add_row(rows, 3);

    rows.tell_rest();

    EXPECT_EQ(sink.told, "c123");
}

TEST(JobRows, HaveColumnsAlsoWhereThereAreNone) {
    NotingSink sink;
    JobRows rows{&sink};
    rows.set_columns(one_column());

    rows.tell_rest();

    EXPECT_EQ(sink.told, "c");
}

TEST(JobRows, AreForgottenByWhatStartsOver) {
    NotingSink sink;
    JobRows rows{&sink};
    rows.set_columns(one_column());
    add_row(rows, 1);
    rows.keep(rows.take_batch());
    add_row(rows, 2);

    rows.start_over();

    EXPECT_FALSE(rows.have_columns());
    rows.set_columns(one_column());
    add_row(rows, 7);
    rows.tell_rest();
    EXPECT_EQ(sink.told, "c7");
}

TEST(JobRows, EndWithTheSinkThatThrows) {
    NotingSink sink;
    sink.throws = true;
    JobRows rows{&sink};
    rows.set_columns(one_column());
    add_row(rows, 1);
    rows.keep(rows.take_batch());
    add_row(rows, 2);

    rows.tell_rest();

    EXPECT_EQ(sink.told, "c1");
    EXPECT_THROW(std::rethrow_exception(rows.error()), std::runtime_error);
}

TEST(JobRows, AreNotToldToWhoIsGone) {
    NotingSink sink;
    JobRows rows{&sink};
    rows.set_columns(one_column());
    add_row(rows, 1);

    rows.drop_sink();
    rows.tell_rest();

    EXPECT_TRUE(rows.are_wanted());  // the worker may still be collecting them
    EXPECT_EQ(sink.told, "");
}

Request of(Verb verb, detail::Clock::time_point deadline = detail::Clock::time_point::max()) {
    Request request;
    request.commands.push_back({.verb = verb});
    request.deadline = deadline;
    return request;
}

TEST(StopWish, IsDueOnceItWasNotedOrTheTimeIsOver) {
    StopWish wish{of(Verb::run)};
    EXPECT_FALSE(wish.is_due());
    wish.note();
    EXPECT_TRUE(wish.is_due());
    EXPECT_THROW(std::rethrow_exception(wish.error()), StoppedError);

    const StopWish late{of(Verb::run, detail::Clock::now() - 1ms)};
    EXPECT_TRUE(late.is_due());
    EXPECT_THROW(std::rethrow_exception(late.error()), TimeoutError);
    EXPECT_FALSE(StopWish{of(Verb::run, detail::Clock::now() + 1h)}.is_due());
}

TEST(StopWish, DoesNotEndWhatCommits) {
    StopWish wish{of(Verb::commit, detail::Clock::now() - 1ms)};

    wish.note();

    EXPECT_FALSE(wish.is_heeded());
    EXPECT_FALSE(wish.is_due());
}

}  // namespace
