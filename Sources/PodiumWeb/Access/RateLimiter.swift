/// Token buckets by client: a burst, then a steady rate.
struct RateLimiter: Sendable {
    package struct Limit: Sendable, Hashable {
        var perSecond: Double
        var burst: Double

        package init(perSecond: Double, burst: Double) {
            self.perSecond = perSecond
            self.burst = burst
        }
    }

    private struct Bucket {
        var left: Double
        var at: ContinuousClock.Instant
    }

    private struct Key: Hashable {
        var client: String
        var limit: Limit
    }

    private var buckets: [Key: Bucket] = [:]
    /// Clients that are remembered; beyond that those who have waited long enough are forgotten.
    private static let clientLimit = 10_000

    /// Takes one request out of the client's bucket.
    ///
    /// - Returns: nil if it may pass, else the seconds to wait.
    mutating func take(_ client: String, _ limit: Limit, now: ContinuousClock.Instant = .now) -> Double? {
        if buckets.count > Self.clientLimit {
            buckets = buckets.filter { key, bucket in
                Self.filled(bucket, key.limit, now) < key.limit.burst
            }
        }
        let key = Key(client: client, limit: limit)
        var bucket = buckets[key] ?? Bucket(left: limit.burst, at: now)
        bucket.left = Self.filled(bucket, limit, now)
        bucket.at = now
        defer { buckets[key] = bucket }
        guard bucket.left >= 1 else { return (1 - bucket.left) / limit.perSecond }
        bucket.left -= 1
        return nil
    }

    private static func filled(_ bucket: Bucket, _ limit: Limit, _ now: ContinuousClock.Instant) -> Double {
        let passed = bucket.at.duration(to: now) / .seconds(1)
        return min(limit.burst, bucket.left + passed * limit.perSecond)
    }
}
