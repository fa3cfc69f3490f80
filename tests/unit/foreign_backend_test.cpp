// Backends of programs' own that do not do all that was promised: nothing is acknowledged by mistake, nobody waits
// forever, and no connection is kept that should not be.
#include "support/foreign_backend.hpp"
#include "support/async.hpp"
#include "support/thrown.hpp"

#include <databased/backend/awaited_exchange.hpp>
#include <databased/backend/coroutine_session.hpp>
#include <databased/databased.hpp>

#include <concepts>
#include <map>
#include <memory>
#include <stdexcept>

namespace {

using namespace databased;
using namespace std::chrono_literals;
using backend::Delivery;
using backend::Transaction;
using backend::Verb;
using support::database_of;
using support::Obedient;
using support::Server;
using support::thrown;

struct ChangedMyMind : std::runtime_error {
    ChangedMyMind() : std::runtime_error("changed my mind") {}
};

struct LosesCommits final : Obedient {
    using Obedient::Obedient;
    void carry_out(Verb verb, Outcome& outcome) override {
        verb == Verb::commit ? lose(outcome) : Obedient::carry_out(verb, outcome);
    }
};

struct CommitsFailedTransactions final : Obedient {
    using Obedient::Obedient;
    void carry_out(Verb verb, Outcome& outcome) override {
        verb == Verb::run ? refuse(outcome, Transaction::failed) : Obedient::carry_out(verb, outcome);
    }
};

struct FailsTransactionsSilently final : Obedient {
    using Obedient::Obedient;
    void carry_out(Verb verb, Outcome& outcome) override {
        Obedient::carry_out(verb, outcome);
        if (verb == Verb::run) outcome.transaction = Transaction::failed;
    }
};

/// A statement ends the transaction, of which it says nothing, and there is nothing to roll back then.
struct CannotRollBackWhatIsOver final : Obedient {
    using Obedient::Obedient;
    void carry_out(Verb verb, Outcome& outcome) override {
        if (verb == Verb::run) return refuse(outcome, Transaction::unknown);
        verb == Verb::rollback ? refuse(outcome, Transaction::none) : Obedient::carry_out(verb, outcome);
    }
};

struct ClaimsNothing final : Obedient {
    using Obedient::Obedient;
    Task<Outcome> run(Request request) override {
        const bool is_work = is_work_of_a_user(request);
        Outcome outcome = co_await Obedient::run(std::move(request));
        if (is_work) outcome = Outcome();
        co_return outcome;
    }
};

struct ClaimsNothingOfCommits final : Obedient {
    using Obedient::Obedient;
    Task<Outcome> run(Request request) override {
        const bool is_commit = request.has(Verb::commit);
        Outcome outcome = co_await Obedient::run(std::move(request));
        if (is_commit) outcome = Outcome();
        co_return outcome;
    }
};

struct Throws final : Obedient {
    using Obedient::Obedient;
    Task<Outcome> run(Request request) override {
        const bool is_work = is_work_of_a_user(request);
        Outcome outcome = co_await Obedient::run(std::move(request));
        if (is_work) throw std::runtime_error("out of order");
        co_return outcome;
    }
};

struct ThrowsAtOnce final : Obedient {
    using Obedient::Obedient;
    Task<Outcome> run(Request) override { throw std::runtime_error("out of order"); }
};

struct NeverAnswers final : Obedient {
    using Obedient::Obedient;
    Task<Outcome> run(Request request) override {
        if (request.has(Verb::run)) co_await support::forever();
        co_return co_await Obedient::run(std::move(request));
    }
};

/// What a unit of work ends with that hides what its statement says.
template <std::derived_from<Error> E>
Task<E> error_of_unit(Database& database, int& bodies) {
    const auto body = [&](Session& session) -> Task<> {
        ++bodies;
        co_await support::fails_with<Error>(session.execute("work"));
    };
    co_return co_await thrown<E>(database.session({.attempts = 3}, body));
}

ASYNC_TEST(ForeignBackend, ThatLosesItsCommitLeavesAnUnknownOutcomeWhichIsNotTriedAgain) {
    Server server;
    Database database = database_of<LosesCommits>(server);
    int bodies = 0;

    co_await error_of_unit<CommitUnknownError>(database, bodies);

    EXPECT_EQ(bodies, 1);
    EXPECT_EQ(server.told[Verb::commit], 1);
    EXPECT_EQ(server.connections, 0);
}

ASYNC_TEST(ForeignBackend, ThatCommitsAFailedTransactionIsNotBelieved) {
    Server server;
    Database database = database_of<CommitsFailedTransactions>(server);
    int bodies = 0;

    co_await error_of_unit<TransactionAbortedError>(database, bodies);

    EXPECT_EQ(bodies, 1);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(ForeignBackend, WhoseTransactionFailsWithoutAnErrorIsNotBelieved) {
    Server server;
    Database database = database_of<FailsTransactionsSilently>(server);
    int bodies = 0;

    co_await error_of_unit<TransactionAbortedError>(database, bodies);

    EXPECT_EQ(server.told[Verb::commit], 0);
    EXPECT_EQ(database.pool_stats().in_use, 0u);
}

ASYNC_TEST(ForeignBackend, WhoseRollbackFailsDoesNotHideWhyItWasRolledBack) {
    Server server;
    Database database = database_of<CannotRollBackWhatIsOver>(server);
    const auto body = [](Session& session) -> Task<> {
        co_await support::fails_with<Error>(session.execute("work"));
        throw ChangedMyMind();
    };

    EXPECT_THROW(co_await database.session(body), ChangedMyMind);

    EXPECT_EQ(database.pool_stats().in_use, 0u);
    co_await database.disconnect();
    EXPECT_EQ(server.connections, 0);
}

ASYNC_TEST(ForeignBackend, ThatClaimsNothingIsNeverTakenForASuccess) {
    Server server;
    Database database = database_of<ClaimsNothing>(server);
    const auto body = [](Session& session) -> Task<> { co_await session.execute("work"); };

    EXPECT_THROW(co_await database.execute("work"), CommitUnknownError);
    EXPECT_THROW(co_await database.session(body), ConnectionError);

    EXPECT_EQ(server.told[Verb::commit], 0);
    EXPECT_EQ(server.connections, 0);
}

ASYNC_TEST(ForeignBackend, ThatClaimsNothingOfItsCommitLeavesAnUnknownOutcome) {
    Server server;
    Database database = database_of<ClaimsNothingOfCommits>(server);
    int bodies = 0;

    co_await error_of_unit<CommitUnknownError>(database, bodies);

    EXPECT_EQ(bodies, 1);
    EXPECT_EQ(server.connections, 0);
}

ASYNC_TEST(ForeignBackend, ThatThrowsMayHaveCommitted) {
    Server server;
    Database database = database_of<Throws>(server);

    EXPECT_THROW(co_await database.execute("work"), CommitUnknownError);

    EXPECT_EQ(server.connections, 0);
}

/// A connection of its own, without a Database.
template <std::derived_from<Obedient> Connection>
Task<Outcome> outcome_of_work(detail::Clock::time_point deadline, detail::StopState* stop) {
    Server server;
    Connection connection{*EventLoop::current(), server};
    Request request;
    request.commands.push_back({Verb::run});
    request.deadline = deadline;
    request.stop = stop;
    backend::AwaitedExchange exchange{connection, std::move(request)};
    co_return co_await exchange;
}

ASYNC_TEST(CoroutineSession, FinishesWithWhatItThrows) {
    const auto outcome = co_await outcome_of_work<Throws>(detail::Clock::time_point::max(), nullptr);

    EXPECT_THROW(std::rethrow_exception(outcome.error), std::runtime_error);
    EXPECT_EQ(outcome.delivery, Delivery::unanswered);
}

ASYNC_TEST(CoroutineSession, FinishesWithWhatItThrowsBeforeItIsACoroutine) {
    const auto outcome = co_await outcome_of_work<ThrowsAtOnce>(detail::Clock::time_point::max(), nullptr);

    EXPECT_THROW(std::rethrow_exception(outcome.error), std::runtime_error);
    EXPECT_EQ(outcome.delivery, Delivery::unanswered);
}

ASYNC_TEST(CoroutineSession, IsStoppedWithItsExchange) {
    detail::StopState stop{nullptr};
    Outcome outcome;
    const auto work = [&]() -> Task<> {
        outcome = co_await outcome_of_work<NeverAnswers>(detail::Clock::time_point::max(), &stop);
    };
    const auto ask = [&]() -> Task<> {
        stop.request();
        co_return;
    };

    co_await with_timeout(10s, when_all(work(), ask()));

    EXPECT_THROW(std::rethrow_exception(outcome.error), StoppedError);
}

ASYNC_TEST(CoroutineSession, EndsAtTheDeadlineOfItsExchange) {
    const auto outcome = co_await with_timeout(10s, outcome_of_work<NeverAnswers>(detail::Clock::now() + 1ms, nullptr));

    EXPECT_THROW(std::rethrow_exception(outcome.error), TimeoutError);
}

}  // namespace
