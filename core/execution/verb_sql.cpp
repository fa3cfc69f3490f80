#include "execution/verb_sql.hpp"

#include <string>

namespace databased::detail {

namespace {

using backend::Verb;

std::string savepoint_name(std::uint32_t number) { return "databased_" + std::to_string(number); }

std::string sql_of(const SessionBackend& backend, backend::Command command, const TransactionOptions& options) {
    switch (command.verb) {
        case Verb::begin:
            return backend.begin_sql(options);
        case Verb::savepoint:
            return backend.savepoint_sql(savepoint_name(command.savepoint));
        case Verb::rollback_to:
            return backend.rollback_to_sql(savepoint_name(command.savepoint));
        case Verb::release:
            return backend.release_sql(savepoint_name(command.savepoint));
        case Verb::read_only:
            return backend.read_only_sql();
        case Verb::check:
            return backend.check_sql();
        case Verb::commit:
            return backend.commit_sql();
        case Verb::rollback:
            return backend.rollback_sql();
        case Verb::run:
            break;
    }
    return {};
}

}  // namespace

void write_verbs(const SessionBackend& backend, Request& request) {
    for (const backend::Command& command : request.commands) {
        if (command.verb == Verb::run) return;
        request.before.push_back(sql_of(backend, command, request.options));
    }
}

}  // namespace databased::detail
