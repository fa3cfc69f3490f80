// Rows, values and many items: promises 9, 10 and 16 of databased/backend.hpp.
#include "support/backend_connection.hpp"
#include "support/films.hpp"

#include <databased/error.hpp>

#include <cstddef>

namespace {

using namespace databased;
using backend::Verb;
using support::BackendConnection;
using support::committed_films;
using support::these;
using support::told;
using support::WatchedExchange;

CONFORMANCE_SUITE(BackendRows);

/// What a sink is told.
class Watching final : public RowSink {
  public:
    void on_columns(const std::shared_ptr<const detail::ColumnSet>& columns) override {
        EXPECT_EQ(rows_, 0u);
        columns_ += columns->columns.size();
    }
    void on_rows(std::unique_ptr<RowBatch> batch) override {
        EXPECT_EQ(columns_, 1u);
        ++batches_;
        for (std::size_t i = 0; i < batch->rows(); ++i) {
            const detail::FieldView field{batch->row(i), batch->columns().get(), 0};
            are_in_order_ = are_in_order_ && detail::Native<std::size_t>::read(field) == ++rows_;
        }
    }
    void on_restart() override { *this = Watching(); }

    std::size_t columns() const noexcept { return columns_; }
    std::size_t rows() const noexcept { return rows_; }
    std::size_t batches() const noexcept { return batches_; }
    bool are_in_order() const noexcept { return are_in_order_; }

  private:
    std::size_t columns_ = 0;
    std::size_t rows_ = 0;
    std::size_t batches_ = 0;
    bool are_in_order_ = true;
};

constexpr std::string_view ten_thousand =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n";

std::string message_of(const Outcome& outcome) {
    try {
        if (outcome.error) std::rethrow_exception(outcome.error);
    } catch (const std::exception& error) {
        return error.what();
    }
    return "no error";
}

// Promise 10
CONFORMANCE_TEST(BackendRows, ComeInOrderBehindTheirColumnsAndBeforeTheEnd) {
    auto connection = co_await BackendConnection::open();
    Watching sink;
    auto request = connection.statement(ten_thousand);
    request.sink = &sink;

    const auto outcome = co_await connection.send(std::move(request));

    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(sink.rows(), 10'000u);
    EXPECT_TRUE(sink.are_in_order());
    EXPECT_GT(sink.batches(), 1u);
}

// Promise 10
CONFORMANCE_TEST(BackendRows, HaveColumnsAlsoWhereThereAreNone) {
    auto connection = co_await BackendConnection::with_films();
    Watching sink;
    auto request = connection.statement("SELECT title FROM film");
    request.sink = &sink;

    co_await connection.send(std::move(request));

    EXPECT_EQ(sink.columns(), 1u);
    EXPECT_EQ(sink.batches(), 0u);
}

// Promise 9
CONFORMANCE_TEST(BackendRows, AreAskedForWithValuesAndNotWithText) {
    auto connection = co_await BackendConnection::with_films();
    const std::string title = "'); DROP TABLE film; --";

    co_await connection.send(connection.request(told(Verb::run), "INSERT INTO film VALUES (?)", title));

    EXPECT_EQ(co_await committed_films(), these(title));
}

// Promise 9
CONFORMANCE_TEST(BackendRows, HaveValuesThatNoMessageRepeats) {
    auto connection = co_await BackendConnection::with_films();
    const std::string title = "hunter2";
    const auto add = [&] { return connection.request(told(Verb::run), "INSERT INTO film VALUES (?)", title); };
    co_await connection.send(add());

    const auto outcome = co_await connection.send(add());

    EXPECT_TRUE(support::is_error<UniqueViolation>(outcome));
    EXPECT_EQ(message_of(outcome).find(title), std::string::npos) << message_of(outcome);
}

// Promise 16
CONFORMANCE_TEST(BackendRows, OfManyItemsAreOneCommand) {
    auto connection = co_await BackendConnection::with_films();
    const std::vector<std::string> titles{"Alien", "Brazil", "Casablanca"};

    const auto outcome = co_await connection.send(connection.request_of_many("INSERT INTO film VALUES (?)", titles));

    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.done, 1u);
    EXPECT_EQ(outcome.result.rows_affected, 3);
    EXPECT_EQ(co_await committed_films(), titles);
}

// Promise 16
CONFORMANCE_TEST(BackendRows, OfManyItemsAreNoneWhereOneFailsWhichIsNamed) {
    auto connection = co_await BackendConnection::with_films();
    const std::vector<std::string> titles{"Alien", "Brazil", "Alien"};

    const auto outcome = co_await connection.send(connection.request_of_many("INSERT INTO film VALUES (?)", titles));

    EXPECT_TRUE(support::is_error<UniqueViolation>(outcome));
    EXPECT_EQ(outcome.done, 0u);
    EXPECT_NE(message_of(outcome).find("item 2"), std::string::npos) << message_of(outcome);
    EXPECT_EQ(co_await committed_films(), these());
}

}  // namespace
