#include "session/session_script.hpp"

#include "execution/run_statements.hpp"

#include <databased/session.hpp>

#include <exception>

namespace databased::detail {

Task<ScriptResult> run_script_alone(std::shared_ptr<SessionState> session, std::string script, std::string name) {
    const BodyEnding ending{session};
    std::exception_ptr failure;
    try {
        const ScriptResult result = co_await run_statements(*session, script, name);
        co_await ending.commit();
        co_return result;
    } catch (...) {
        failure = std::current_exception();
    }
    co_await ending.roll_back(failure);  // there is one attempt
    std::rethrow_exception(failure);
}

}  // namespace databased::detail
