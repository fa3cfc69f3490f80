#include <databased/error.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace databased {

namespace {

using Thrower = void (*)(ErrorDetails&&);

template <class E>
[[noreturn]] void throw_as(ErrorDetails&& details) {
    throw E{std::move(details)};
}

struct Rule {
    std::string_view prefix;  // of the SQLSTATE: five characters for one condition, fewer for many
    Thrower raise;
};

// The first rule that fits wins: conditions before their classes.
constexpr std::array rules{
    Rule{"08007", throw_as<CommitUnknownError>},
    Rule{"08", throw_as<ConnectionError>},
    Rule{"28", throw_as<ConnectionError>},
    Rule{"3D000", throw_as<ConnectionError>},
    Rule{"57P", throw_as<ConnectionError>},
    Rule{"25P03", throw_as<ConnectionError>},
    Rule{"25P04", throw_as<ConnectionError>},
    Rule{"57014", throw_as<QueryCancelledError>},
    Rule{"22", throw_as<DataError>},
    Rule{"23505", throw_as<UniqueViolation>},
    Rule{"23502", throw_as<NotNullViolation>},
    Rule{"23503", throw_as<ForeignKeyViolation>},
    Rule{"23514", throw_as<CheckViolation>},
    Rule{"23P01", throw_as<ExclusionViolation>},
    Rule{"23", throw_as<IntegrityError>},
    Rule{"25006", throw_as<ReadOnlyError>},
    Rule{"25P02", throw_as<TransactionAbortedError>},
    Rule{"40001", throw_as<SerializationError>},
    Rule{"40P01", throw_as<DeadlockError>},
    Rule{"40", throw_as<TransactionAbortedError>},
    Rule{"42601", throw_as<SyntaxError>},
    Rule{"42P01", throw_as<UndefinedTableError>},
    Rule{"42703", throw_as<UndefinedColumnError>},
    Rule{"42P07", throw_as<DuplicateTableError>},
    Rule{"42501", throw_as<PermissionError>},
    Rule{"53", throw_as<ResourceError>},
    Rule{"54", throw_as<ResourceError>},
    Rule{"55P03", throw_as<LockedError>},
    Rule{"XX001", throw_as<CorruptionError>},
    Rule{"XX002", throw_as<CorruptionError>},
    Rule{"", throw_as<QueryError>},
};

}  // namespace

Error::Error(const std::string& message) : std::runtime_error(message) {}

DatabaseError::DatabaseError(ErrorDetails details)
    : Error(details.message), details_(std::make_shared<const ErrorDetails>(std::move(details))) {}

bool ConnectionError::is_retryable() const noexcept {
    constexpr std::array<std::string_view, 6> passing{"08001", "08003", "08006", "57P01", "57P02", "57P03"};
    return std::find(passing.begin(), passing.end(), sqlstate()) != passing.end();
}

void throw_database_error(ErrorDetails details) {
    if (details.sqlstate.empty()) details.sqlstate = "HY000";
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& candidate) {
        return details.sqlstate.starts_with(candidate.prefix);
    });
    rule->raise(std::move(details));
    std::terminate();  // not reached: the last rule fits everything and every rule throws
}

}  // namespace databased
