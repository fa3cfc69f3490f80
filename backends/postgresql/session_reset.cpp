#include "session_reset.hpp"

#include "quoted_name.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <random>

namespace databased::postgresql {

namespace {

constexpr const char* user_statements = "SELECT name FROM pg_catalog.pg_prepared_statements WHERE from_sql";
/// Where a second flight would be somebody else's.
constexpr const char* drop_user_statements =
    "DO $$ DECLARE statement text; BEGIN FOR statement IN SELECT name FROM pg_catalog.pg_prepared_statements WHERE "
    "from_sql LOOP EXECUTE pg_catalog.format('DEALLOCATE %I', statement); END LOOP; END $$";

/// From it nobody can tell what random() will give: no command takes back what setseed() has set.
std::string unforeseen_seed() {
    std::random_device source;
    constexpr int bits = 32;
    const std::uint64_t number = std::uint64_t{source()} << bits | source();
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), std::ldexp(static_cast<double>(number), -2 * bits));
    return {text.data(), end.ptr};
}

SessionReset::Command set_again(const std::vector<std::pair<std::string, std::string>>& settings) {
    SessionReset::Command command{"SELECT "};
    for (const auto& [name, value] : settings) {
        const std::size_t number = command.values.size();
        if (number != 0) command.sql += ", ";
        command.sql +=
            "pg_catalog.set_config($" + std::to_string(number + 1) + ", $" + std::to_string(number + 2) + ", false)";
        command.values.push_back(name);
        command.values.push_back(value);
    }
    return command;
}

}  // namespace

void SessionReset::keep(KeptState state) {
    kept_ = std::move(state);
    owed_ = Debt::nothing;
}

std::vector<SessionReset::Command> SessionReset::commands() {
    std::vector<Command> commands;
    if (!is_under_way_) step_ = owed_ == Debt::statements && !is_pooled_ ? Step::discard : Step::usual;
    switch (step_) {
        case Step::usual:
            commands = usual();
            break;
        case Step::deallocate:
            for (const auto& name : found_) commands.push_back({"DEALLOCATE " + quoted_name(name)});
            break;
        case Step::discard:
            commands.push_back({"DISCARD ALL"});
            break;
        case Step::restore:
            commands.push_back({"SELECT pg_catalog.setseed($1)", {unforeseen_seed()}});
            add_restoring(commands);
            break;
    }
    is_under_way_ = true;
    has_failed_ = was_cancelled_ = false;
    left_ = commands.size();
    found_.clear();
    return commands;
}

/// Roles come before settings, because not every role may set everything. The last but one thing is to find what the
/// user has prepared: no command drops just that.
std::vector<SessionReset::Command> SessionReset::usual() const {
    if (owed_ == Debt::numbers) return {{"DISCARD SEQUENCES"}};
    std::vector<Command> commands{
        {"CLOSE ALL"},
        {"RESET SESSION AUTHORIZATION"},
        {"RESET ALL"},
        {"UNLISTEN *"},
        {"SELECT pg_catalog.pg_advisory_unlock_all(), pg_catalog.setseed($1)", {unforeseen_seed()}},
        {"DISCARD TEMP"},
        {"DISCARD SEQUENCES"},
        {is_pooled_ ? drop_user_statements : user_statements}};
    add_restoring(commands);
    return commands;
}

void SessionReset::add_restoring(std::vector<Command>& commands) const {
    for (const auto& channel : kept_.channels) commands.push_back({"LISTEN " + quoted_name(channel)});
    if (!kept_.settings.empty()) commands.push_back(set_again(kept_.settings));
}

void SessionReset::has_statement(std::string_view name) {
    if (std::find(kept_.statements.begin(), kept_.statements.end(), name) == kept_.statements.end()) {
        found_.emplace_back(name);
    }
}

void SessionReset::failed(std::string_view sqlstate) noexcept {
    has_failed_ = true;
    was_cancelled_ = sqlstate == "57014";
}

/// What only was skipped, behind a COMMIT that has failed, or was hit by a request to cancel meant for what came before
/// it, may be tried again. What the server does not know at all is tried in its coarser form.
SessionReset::Next SessionReset::ended() {
    const bool is_done = left_ == 0;
    if (is_given_up_) return Next::hopeless;
    if (!is_done && (!has_failed_ || was_cancelled_)) {
        is_under_way_ = false;
        return Next::owed;
    }
    if (!is_done) {
        const bool is_last = step_ == Step::discard || step_ == Step::restore || is_pooled_;
        const bool loses = !kept_.statements.empty();
        if (is_last || loses) return Next::hopeless;
        step_ = Step::discard;
        return Next::again;
    }
    if (step_ == Step::discard) {
        step_ = Step::restore;
        return Next::again;
    }
    if (!found_.empty()) {
        step_ = Step::deallocate;
        return Next::again;
    }
    if (owed_ == Debt::statements && step_ != Step::restore && !is_pooled_) {
        if (!kept_.statements.empty()) return Next::hopeless;
        step_ = Step::discard;
        return Next::again;
    }
    is_under_way_ = false;
    owed_ = Debt::nothing;
    return Next::clean;
}

}  // namespace databased::postgresql
