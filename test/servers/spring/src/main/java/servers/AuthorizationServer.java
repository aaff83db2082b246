package servers;

import static org.springframework.security.config.Customizer.withDefaults;

import org.apache.catalina.connector.Connector;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.oauth2.server.authorization.token.JwtEncodingContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenClaimsContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenCustomizer;
import org.springframework.security.web.SecurityFilterChain;

@SpringBootApplication
public class AuthorizationServer {
  public static void main(String[] args) {
    SpringApplication.run(AuthorizationServer.class, args);
  }

  @Bean
  AuthorizationServerSettings settings(@Value("${issuer}") String issuer) {
    return AuthorizationServerSettings.builder().issuer(issuer).build();
  }

  @Bean
  @Order(1)
  SecurityFilterChain endpoints(HttpSecurity http) {
    http.oauth2AuthorizationServer(server -> {
      http.securityMatcher(server.getEndpointsMatcher());
      server.oidc(withDefaults());
    });
    return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated()).build();
  }

  /** The keys are changed from outside by the checks. */
  @Bean
  @Order(2)
  SecurityFilterChain keyEndpoints(HttpSecurity http) {
    http.securityMatcher("/keys/**").csrf(csrf -> csrf.disable());
    return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll()).build();
  }

  /** Without this, the audience of a token is the id of the client that got it. */
  @Bean
  OAuth2TokenCustomizer<JwtEncodingContext> jwtAudience() {
    return context -> context.getClaims().audience(Clients.audienceOf(context.getRegisteredClient()));
  }

  @Bean
  OAuth2TokenCustomizer<OAuth2TokenClaimsContext> opaqueTokenAudience() {
    return context -> context.getClaims().audience(Clients.audienceOf(context.getRegisteredClient()));
  }

  /** HTTPS, which asks for client certificates, is on the main port; plain HTTP on this one. */
  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> plainHttp(@Value("${http.port}") int port) {
    return factory -> {
      Connector connector = new Connector();
      connector.setPort(port);
      connector.setProperty("address", "127.0.0.1");
      factory.addAdditionalConnectors(connector);
    };
  }
}
