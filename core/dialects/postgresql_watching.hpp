// How PostgreSQL is made to tell changes of a table.
#pragma once

#include <databased/backend/dialect.hpp>

#include <string_view>
#include <vector>

namespace databased::postgresql {

backend::Lookup change_channel(std::string_view schema, std::string_view table);
std::vector<backend::Lookup> make_watchable(std::string_view schema, std::string_view table);
std::vector<backend::Lookup> make_unwatchable(std::string_view schema, std::string_view table);

}  // namespace databased::postgresql
