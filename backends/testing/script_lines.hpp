// What a script expects, and what it says of what it did not.
#pragma once

#include <databased/error.hpp>
#include <databased/statement.hpp>
#include <databased/testing/script.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace databased::test {

struct Script::Answer::Line {
    Statement::Pointer statement{};  ///< Null for connections and commits.
    std::vector<std::string> columns{};
    std::vector<std::vector<Value>> rows{};
    std::int64_t affected = 0;
    std::optional<std::int64_t> last_insert_id{};
    std::optional<ErrorDetails> error{};
    bool is_lost = false;
    std::chrono::milliseconds time{0};
};

/// Shared with the connections, on any thread.
struct Script::State {
    using Line = Answer::Line;
    using Lines = std::deque<std::shared_ptr<Line>>;

    explicit State(const Dialect& of_it) noexcept : dialect(of_it) {}

    /// The first of `lines`, taken out; null if there is none.
    std::shared_ptr<Line> take(Lines& lines);
    /// The line for `statement`. Where it is not the next one this fails the test and throws a DatabaseError.
    std::shared_ptr<Line> take_for(const Statement& statement);
    /// What was not asked; empty if nothing.
    std::string rest();
    void count(int& transactions);
    int counted(const int& transactions);

    const Dialect& dialect;
    std::mutex mutex{};
    Lines statements{};
    Lines connections{};
    Lines transactions{};  ///< That are to be committed.
    int commits = 0;
    int rollbacks = 0;

  private:
    static std::shared_ptr<Line> take_first(Lines& lines);
};

/// Empty if they are the same, else both, and where they begin to differ.
std::string difference(const Statement& expected, const Statement& asked);

}  // namespace databased::test
