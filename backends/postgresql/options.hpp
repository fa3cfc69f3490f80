// What a URL says about a PostgreSQL database.
#pragma once

#include "keywords.hpp"

#include <databased/url.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace databased::postgresql {

enum class PreparedStatements {
    automatic,  ///< Until it shows that statements go through a pooler that does not know them.
    on,
    off,
};
enum class HostOrder { as_written, random };

struct PostgresqlOptions {
    Keywords keywords{};  ///< What the URL says to libpq; what it does not say is libpq's to find when it connects.
    std::optional<HostOrder> host_order{};
    std::optional<std::chrono::milliseconds> connect_timeout{};  ///< For each address of each host; 0 is none.
    std::size_t statement_cache = 256;                           ///< Prepared statements kept per connection.
    std::chrono::microseconds spin{};                            ///< How long the loop waits awake for an answer.
    PreparedStatements prepared_statements = PreparedStatements::automatic;
    /// How long a stopped statement may take to become quiet before its connection is given up.
    std::chrono::milliseconds cancel_timeout{5'000};
};

/// Throws UrlError, also for what libpq would refuse. Asks nobody: only the files of libpq's services are looked at.
PostgresqlOptions read_options(const Url& url);

}  // namespace databased::postgresql
