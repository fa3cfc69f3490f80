#include "session/savepoint_stack.hpp"

#include <databased/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <ostream>
#include <random>
#include <vector>

namespace databased::backend {

bool operator==(const Command& left, const Command& right) {
    return left.verb == right.verb && left.number == right.number;
}

void PrintTo(const Command& command, std::ostream* out) {
    *out << static_cast<int>(command.verb) << ':' << command.number;
}

}  // namespace databased::backend

namespace {

using namespace databased;
using backend::Command;
using backend::Commands;
using backend::Verb;
using detail::Judged;
using detail::SavepointStack;
using detail::Verdict;

using List = std::vector<Command>;

List list(const Commands& commands) { return List{commands.begin(), commands.end()}; }

std::exception_ptr refusal() { return std::make_exception_ptr(QueryError({.message = "no", .sqlstate = "42000"})); }

Judged succeeded(const Commands& commands) {
    Judged judged;
    judged.outcome.done = commands.size();
    judged.outcome.transaction = backend::Transaction::open;
    return judged;
}

/// The statement behind `commands` was refused; PostgreSQL takes no more until something is rolled back.
Judged refused(const Commands& commands) {
    Judged judged = succeeded(commands);
    judged.verdict = Verdict::failed;
    judged.outcome.error = refusal();
    judged.outcome.transaction = backend::Transaction::failed;
    judged.outcome.delivery = backend::Delivery::answered;
    return judged;
}

List run(SavepointStack& stack) {
    const Commands commands = stack.before_statement();
    stack.note(commands, succeeded(commands));
    return list(commands);
}

List fail(SavepointStack& stack) {
    const Commands commands = stack.before_statement();
    stack.note(commands, refused(commands));
    return list(commands);
}

List end(SavepointStack& stack, std::initializer_list<Command> more = {}) {
    Commands commands = stack.before_end();
    for (const Command& command : more) commands.push_back(command);
    stack.note(commands, succeeded(commands));
    return list(commands);
}

TEST(SavepointStack, BeginsInFrontOfTheFirstStatementOnly) {
    SavepointStack stack{Access::write};
    EXPECT_EQ(stack.status().expected(), backend::Transaction::none);

    EXPECT_EQ(run(stack), (List{{Verb::begin}}));

    EXPECT_EQ(stack.status().expected(), backend::Transaction::open);
    EXPECT_TRUE(stack.is_settled());
    EXPECT_EQ(run(stack), List{});
}

TEST(SavepointStack, MakesTheSavepointsOfAllSessions) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    stack.push(2, Access::read);

    EXPECT_EQ(run(stack), (List{{Verb::begin}, {Verb::savepoint, 1}, {Verb::savepoint, 2}, {Verb::read_only}}));

    EXPECT_TRUE(stack.has(1));
    EXPECT_TRUE(stack.is_read_only());
}

TEST(SavepointStack, UndoesWhatIsLeftWithoutARelease) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    run(stack);
    stack.pop();
    EXPECT_FALSE(stack.is_settled());

    EXPECT_EQ(run(stack), (List{{Verb::rollback_to, 1}}));
}

TEST(SavepointStack, DoesNotUndoWhatWasReleased) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    run(stack);
    end(stack, {{Verb::release, 1}});
    stack.pop();

    EXPECT_TRUE(stack.is_settled());
}

TEST(SavepointStack, ReleasesWhatWasUndoneWithTheNextExchange) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    run(stack);
    stack.undo(1);
    EXPECT_EQ(end(stack), (List{{Verb::rollback_to, 1}}));
    stack.pop();
    EXPECT_FALSE(stack.is_settled());

    EXPECT_EQ(run(stack), (List{{Verb::release, 1}}));

    EXPECT_TRUE(stack.is_settled());
}

TEST(SavepointStack, LetsTheOutermostTakeTheInnerOnesAlong) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    stack.push(2, Access::write);
    run(stack);
    stack.pop();
    stack.pop();

    EXPECT_EQ(run(stack), (List{{Verb::rollback_to, 1}}));
    EXPECT_EQ(run(stack), (List{{Verb::release, 1}}));
}

TEST(SavepointStack, DoesNotReleaseASessionsSavepointWithAnOlderOne) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    run(stack);
    stack.pop();
    stack.push(2, Access::write);
    EXPECT_EQ(run(stack), (List{{Verb::rollback_to, 1}, {Verb::savepoint, 2}}));
    EXPECT_EQ(run(stack), List{});

    end(stack, {{Verb::release, 2}});
    stack.pop();

    EXPECT_EQ(run(stack), (List{{Verb::release, 1}}));
}

TEST(SavepointStack, UndoesASavepointWhoseSessionWasDestroyedMeanwhile) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    const Commands under_way = stack.before_statement();
    stack.pop();
    stack.note(under_way, succeeded(under_way));

    EXPECT_EQ(run(stack), (List{{Verb::rollback_to, 1}}));
}

TEST(SavepointStack, TakesNoStatementBehindOneThatFailed) {
    SavepointStack stack{Access::write};
    stack.push(1, Access::write);
    fail(stack);
    EXPECT_TRUE(stack.is_failed());
    EXPECT_TRUE(stack.standing().failed_by);

    stack.pop();

    EXPECT_FALSE(stack.is_failed());
    EXPECT_EQ(run(stack), (List{{Verb::rollback_to, 1}}));
    EXPECT_EQ(stack.status().failed_by(), nullptr);
}

// Random programs

/// A database's savepoints, and what it would refuse.
class Savepoints {
  public:
    void take(const List& commands) {
        bool rolled_back = false;
        for (const Command& command : commands) {
            if (command.verb == Verb::savepoint) open_.push_back(command.number);
            if (command.verb == Verb::rollback_to) close_inside(command.number, false);
            if (command.verb == Verb::release) {
                EXPECT_FALSE(rolled_back) << "RELEASE behind ROLLBACK TO";
                EXPECT_FALSE(has_failed_);
                close_inside(command.number, true);
            }
            if (command.verb == Verb::rollback_to) rolled_back = true;
            if (command.verb == Verb::rollback_to) has_failed_ = false;
        }
        EXPECT_FALSE(has_failed_);
    }
    void fail() { has_failed_ = true; }
    const std::vector<std::uint32_t>& open() const { return open_; }

  private:
    void close_inside(std::uint32_t savepoint, bool itself) {
        const auto found = std::find(open_.begin(), open_.end(), savepoint);
        ASSERT_NE(found, open_.end()) << "no such savepoint";
        open_.erase(itself ? found : found + 1, open_.end());
    }

    std::vector<std::uint32_t> open_;
    bool has_failed_ = false;
};

/// What sessions do, at random; they are `open_`, the outermost first.
class Program {
  public:
    explicit Program(unsigned seed) : random_(seed) {}

    void step() {
        switch (random_() % 6) {
            case 0:
                open_.push_back(++last_);
                return stack_.push(last_, Access::write);
            case 1:
                return release();
            case 2:
                return roll_back();
            case 3:
                return forget();
            case 4:
                if (stack_.is_failed()) return;
                database_.take(fail(stack_));
                return database_.fail();
            default:
                if (!stack_.is_failed()) database_.take(run(stack_));
        }
    }
    /// The sessions' savepoints are there, in their order, and few others.
    void check() {
        while (stack_.is_failed()) forget();
        database_.take(run(stack_));
        const auto& there = database_.open();
        EXPECT_TRUE(std::includes(there.begin(), there.end(), open_.begin(), open_.end()));
        while (!open_.empty()) release();
        for (std::size_t i = 0; i < 100 && !stack_.is_settled(); ++i) database_.take(run(stack_));
        EXPECT_TRUE(database_.open().empty());
    }

  private:
    void forget() {
        if (open_.empty()) {
            stack_ = SavepointStack{Access::write};
            database_ = {};
            return;
        }
        stack_.pop();
        open_.pop_back();
    }
    void roll_back() {
        if (open_.empty()) return;
        if (stack_.has(open_.back())) {
            stack_.undo(open_.back());
            database_.take(end(stack_));
        }
        forget();
    }
    void release() {
        if (open_.empty() || stack_.is_failed()) return;
        if (stack_.has(open_.back())) {
            database_.take(end(stack_));
            database_.take(end(stack_, {{Verb::release, open_.back()}}));
        }
        forget();
    }

    std::mt19937 random_;
    SavepointStack stack_{Access::write};
    Savepoints database_;
    std::vector<std::uint32_t> open_;
    std::uint32_t last_ = 0;
};

TEST(SavepointStack, SaysWhatADatabaseTakesWhateverSessionsDo) {
    for (unsigned seed = 0; seed < 2'000 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE(seed);
        Program program{seed};
        for (int step = 0; step < 30; ++step) program.step();
        program.check();
    }
}

}  // namespace
