#include "session/session_unit.hpp"

#include <databased/batch.hpp>
#include <databased/session.hpp>

#include <exception>
#include <utility>

namespace databased::detail {

Task<> do_alone(std::shared_ptr<SessionState> session, UnitWork& work) {
    const BodyEnding ending{session};
    std::exception_ptr failure;
    try {
        co_await work.run(*session);
        co_await ending.commit();
        co_return;
    } catch (...) {
        failure = std::current_exception();
    }
    co_await ending.roll_back(failure);  // there is one attempt
    std::rethrow_exception(failure);
}

Task<> run_alone(std::shared_ptr<SessionState> session, BatchEntry& entry) {
    try {
        entry.finish(co_await run_alone(std::move(session), entry.take_statement(), entry.sink()));
    } catch (...) {
        entry.fail(std::current_exception());
    }
}

}  // namespace databased::detail
