package servers;

import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.client.InMemoryRegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.ClientSettings;
import org.springframework.security.oauth2.server.authorization.settings.OAuth2TokenFormat;
import org.springframework.security.oauth2.server.authorization.settings.TokenSettings;

/** A client for each kind of token. */
@Configuration
class Clients {
  static List<String> audienceOf(RegisteredClient client) {
    return List.of(client.getClientId().startsWith("invoices") ? "invoices-api" : "messages-api");
  }

  @Bean
  RegisteredClientRepository registeredClients(@Value("${issuer}") String issuer) {
    TokenSettings brief = tokens().accessTokenTimeToLive(Duration.ofSeconds(3)).build();
    TokenSettings opaque = tokens().accessTokenFormat(OAuth2TokenFormat.REFERENCE).build();
    return new InMemoryRegisteredClientRepository(
        client("messages-worker", tokens().build()),
        client("invoices-worker", tokens().build()),
        client("brief-worker", brief),
        client("opaque-worker", opaque),
        client("messages-api", tokens().build()),
        certified(issuer));
  }

  private static RegisteredClient client(String id, TokenSettings tokens) {
    return registered(id, tokens)
        .clientSecret("{noop}" + id + "-secret")
        .clientAuthenticationMethod(ClientAuthenticationMethod.CLIENT_SECRET_BASIC)
        .build();
  }

  private static RegisteredClient certified(String issuer) {
    return registered("mtls-worker", tokens().x509CertificateBoundAccessTokens(true).build())
        .clientAuthenticationMethod(ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH)
        .clientSettings(ClientSettings.builder().jwkSetUrl(issuer + "/keys/mtls-worker").build())
        .build();
  }

  private static RegisteredClient.Builder registered(String id, TokenSettings tokens) {
    return RegisteredClient.withId(id)
        .clientId(id)
        .authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
        .scope("read:messages")
        .scope("write:messages")
        .tokenSettings(tokens);
  }

  private static TokenSettings.Builder tokens() {
    return TokenSettings.builder().accessTokenTimeToLive(Duration.ofMinutes(10));
  }
}
