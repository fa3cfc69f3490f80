#include <databased/config.hpp>
#include <databased/database.hpp>

#include "database/autocommit.hpp"

namespace databased {

Database::Database(const Config& config)
    : Executor(nullptr),
      state_(std::make_shared<detail::DatabaseState>(config.url(), config.read_url(), config.options(),
                                                     config.password_provider())) {
    make_targets();
}

}  // namespace databased
