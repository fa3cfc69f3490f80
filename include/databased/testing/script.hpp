// A database that only knows its lines: for tests that need none.
//
//     test::Script script;
//     script.expect("SELECT title FROM movies WHERE year > ?", 1990).rows({"title"}, {{"Farwent"}, {"Newboy"}});
//     script.expect("DELETE FROM movies").fails("40001");
//     Database database{script.url()};
#pragma once

#include <databased/backend/dialect.hpp>
#include <databased/statement.hpp>
#include <databased/value.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace databased::test {

/// The statements that a program will run, in this order, on whichever connection, and what it is told. Anything else
/// fails the test, with both texts and their values, and gives the program an error (SQLSTATE HY000). So does what was
/// not asked in the end. Transactions begin and end without being written down.
class Script {
  public:
    /// What is done with an expected statement; each function gives the same object back.
    class Answer {
      public:
        /// The columns, and rows of so many values each. Without this there is an answer without columns.
        Answer& rows(std::vector<std::string> columns, std::vector<std::vector<Value>> rows);
        /// Result::rows_affected; the number of rows where nothing is said.
        Answer& affects(std::int64_t rows);
        Answer& inserts(std::int64_t last_insert_id);
        /// An error of that class, `what()` says the message. Its transaction has failed.
        Answer& fails(std::string_view sqlstate, std::string_view message = "as the script says");
        /// The connection is lost; whether the statement had an effect is not known then.
        Answer& loses_connection();
        /// Comes so much later. The statement can be stopped meanwhile.
        Answer& takes(std::chrono::milliseconds time);

      private:
        friend class Script;
        struct Line;
        explicit Answer(std::shared_ptr<Line> line) noexcept;

        std::shared_ptr<Line> line_;
    };

    /// `dialect` is that of the SQL, and what expressions are written in; it outlives the script.
    explicit Script(const Dialect& dialect = sqlite_dialect);
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;
    /// Fails the test if something was not asked, unless an exception is under way.
    ~Script();

    const std::string& url() const noexcept { return url_; }

    /// `sql` as the program writes it, and its arguments. Text and values are compared, a value's kind is part of it.
    template <class... Args>
    Answer expect(std::string_view sql, const Args&... args) {
        return add(Statement::make(rules(), sql, args...));
    }
    /// The same for execute_many and its like.
    template <class Items>
    Answer expect_many(std::string_view sql, const Items& items) {
        return add(Statement::make_many(rules(), sql, items));
    }
    /// Of a query that was built.
    Answer expect(const Statement& statement) { return add(statement.copy()); }
    /// The next connection, and the next COMMIT, of which nothing has to be expected unless they are to fail.
    Answer expect_connection();
    Answer expect_commit();

    /// How many transactions were committed, and how many rolled back.
    int commits() const noexcept;
    int rollbacks() const noexcept;

    struct State;

  private:
    StatementRules rules() const noexcept;
    Answer add(Statement::Pointer statement);

    std::shared_ptr<State> state_;
    std::string url_;
};

}  // namespace databased::test
