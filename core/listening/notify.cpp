// Database::notify() and Session::notify().
#include "listening/message_check.hpp"

#include <databased/database.hpp>
#include <databased/error.hpp>
#include <databased/session.hpp>

#include <string>
#include <utility>

namespace databased {

namespace detail {

namespace {

void check_no_nul(std::string_view text, const char* what) {
    if (text.find('\0') != std::string_view::npos)
        throw ParameterError(std::string{what} + " of a notification cannot contain the character NUL");
}

Task<> notify(Target target, std::string channel, std::string payload) {
    check_channel(channel);
    check_payload(payload);
    const std::string_view sql = target->rules().dialect->notify();
    if (sql.empty()) {
        throw NotSupportedError(std::string{target->rules().dialect->name()} +
                                " has no notifications, as far as its backend says");
    }
    Statement::Pointer statement = Statement::make(target->rules(), sql, channel, payload);
    co_await run_execute(target, std::move(statement));
}

}  // namespace

void check_channel(std::string_view channel) {
    if (channel.empty()) throw ParameterError("the channel of a notification needs a name");
    if (channel.size() > longest_channel) {
        throw ParameterError("the name of a channel has at most " + std::to_string(longest_channel) +
                             " bytes, this one has " + std::to_string(channel.size()));
    }
    check_no_nul(channel, "the channel");
}

void check_payload(std::string_view payload) {
    if (payload.size() > longest_payload) {
        throw ParameterError("the payload of a notification has at most " + std::to_string(longest_payload) +
                             " bytes, this one has " + std::to_string(payload.size()) +
                             ": write it into a table, and send what it is found by");
    }
    check_no_nul(payload, "the payload");
}

}  // namespace detail

Task<> Database::notify(std::string_view channel, std::string_view payload) {
    return detail::notify(target(), std::string{channel}, std::string{payload});
}

Task<> Session::notify(std::string_view channel, std::string_view payload) {
    return detail::notify(target(), std::string{channel}, std::string{payload});
}

}  // namespace databased
